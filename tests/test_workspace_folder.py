import hashlib
from pathlib import Path

import pytest

from conftest import write
from forecast_bench.workspace import find_workspace, hashes, input_files, judgment_files, shown


def test_the_nearest_folder_upward_with_judgments_is_the_workspace(tmp_path):
    inner = tmp_path / "team" / "judgments" / "2018"
    inner.mkdir(parents=True)
    (tmp_path / "judgments").mkdir()
    assert find_workspace(inner) == tmp_path / "team"
    assert find_workspace(tmp_path / "team") == tmp_path / "team"
    assert find_workspace(tmp_path) == tmp_path


def test_judgments_are_found_by_name_at_any_depth_in_order(tmp_path):
    names = ["b.yaml", "a.yml", "2018/c.yaml", "2018/deep/d.yaml", "e.txt", "f.yaml.bak", "g.json"]
    write(tmp_path, {f"judgments/{name}": "x" for name in names})
    found = [
        path.relative_to(tmp_path / "judgments").as_posix() for path in judgment_files(tmp_path)
    ]
    assert found == ["2018/c.yaml", "2018/deep/d.yaml", "a.yml", "b.yaml"]


def test_what_has_the_name_of_a_file_and_is_none_is_not_overlooked(tmp_path):
    write(tmp_path, {"judgments/a.yaml": "x"})
    (tmp_path / "judgments" / "lost.yaml").symlink_to("nowhere")
    (tmp_path / "judgments" / "folder.yaml").mkdir()
    assert [path.name for path in judgment_files(tmp_path)] == [
        "a.yaml",
        "folder.yaml",
        "lost.yaml",
    ]


def test_a_loop_of_folders_ends(tmp_path):
    write(tmp_path, {"judgments/a.yaml": "x"})
    (tmp_path / "judgments" / "again").symlink_to(tmp_path / "judgments")
    assert [path.name for path in judgment_files(tmp_path)] == ["a.yaml"]


def test_inputs_are_what_people_write_and_nothing_derived(tmp_path):
    write(
        tmp_path,
        {
            "pyproject.toml": "",
            "judgments/a.yaml": "a",
            "models/house.py": "",
            "models/__pycache__/house.pyc": "",
            "incidents/counts.csv": "",
            "incidents/.hidden": "",
            ".forecast-bench/runs/x": "",
            "README.md": "",
        },
    )
    names = [path.relative_to(tmp_path).as_posix() for path in input_files(tmp_path)]
    assert names == [
        "incidents/counts.csv",
        "judgments/a.yaml",
        "models/house.py",
        "pyproject.toml",
    ]
    found = hashes(tmp_path, input_files(tmp_path))
    assert found["judgments/a.yaml"] == hashlib.sha256(b"a").hexdigest()


def test_a_path_is_shown_from_the_workspace_and_a_link_where_it_stands(tmp_path, monkeypatch):
    write(tmp_path, {"team/judgments/a.yaml": "x", "other.yaml": "x"})
    team = tmp_path / "team"
    (team / "judgments" / "link.yaml").symlink_to(tmp_path / "other.yaml")
    monkeypatch.chdir(team / "judgments")
    assert shown(Path("a.yaml"), team) == "judgments/a.yaml"
    assert shown(Path("../judgments/a.yaml"), team) == "judgments/a.yaml"
    assert shown(Path(".."), team) == "."
    assert shown(team / "judgments" / "link.yaml", team) == "judgments/link.yaml"
    assert shown(tmp_path / "other.yaml", team) == (tmp_path / "other.yaml").as_posix()


@pytest.mark.parametrize("name", ["caf\udce9.yaml", "a\udcff\udcfe.yaml"])
def test_a_name_that_is_not_utf8_is_shown_with_stand_ins(tmp_path, name):
    said = shown(tmp_path / "judgments" / name, tmp_path)
    assert said.encode("utf-8").startswith(b"judgments/")
