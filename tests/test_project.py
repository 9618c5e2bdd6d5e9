"""The project's own rules: sizes, dependencies, and what may not be in it."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MOST_LINES = 400

# Packages imported under another name than the one they are installed by.
INSTALLED_AS = {
    "docx": "python-docx",
    "fpdf": "fpdf2",
    "ibis": "ibis-framework",
    "markdown_it": "markdown-it-py",
    "model_diagnostics": "model-diagnostics",
    "sklearn": "scikit-learn",
    "vl_convert": "vl-convert-python",
    "yaml": "pyyaml",
}
# Halves of a declared package, which pins the very version of them that it was made with.
HALVES = {"pydantic_core": "pydantic", "pytensor": "pymc"}
# Packages that no module imports by a statement, each with who asks for it.
NAMED_BY_TEXT = {
    "dask": "joblib, which hands fits to the workers of a Dask cluster",
    "keyring": "incidents.fetching.secrets, by importlib, where it is installed",
}


def name_of(requirement: str) -> str:
    """Name of a requirement as an index would write it."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def groups(*names: str) -> set[str]:
    found = {name_of(one) for one in PYPROJECT["project"]["dependencies"]}
    for extra in PYPROJECT["project"]["optional-dependencies"].values():
        found |= {name_of(one) for one in extra}
    for name in names:
        found |= {name_of(one) for one in PYPROJECT["dependency-groups"][name]}
    return found


def imported(folder: str) -> set[str]:
    """Packages that the modules of a folder import, as they are installed."""
    names = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {one.name.split(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.split(".")[0])
    own = {path.stem for path in (ROOT / "tests").rglob("*.py")}
    own |= {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    outside = names - set(sys.stdlib_module_names) - own - {"forecast_bench", "tests"}
    return {HALVES.get(name) or INSTALLED_AS.get(name) or name_of(name) for name in outside}


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "src").rglob("*.py")),
    ids=lambda path: path.relative_to(ROOT / "src" / "forecast_bench").as_posix(),
)
def test_modules_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES


def test_the_package_imports_only_what_it_declares():
    assert imported("src") <= groups()


def test_the_package_declares_only_what_it_uses():
    assert groups() - imported("src") == set(NAMED_BY_TEXT)


def test_tests_and_benchmarks_import_only_what_is_declared():
    assert imported("tests") <= groups("test")
    assert imported("benchmarks") <= groups("test", "bench")


def test_every_declared_dependency_is_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {name_of(line) for line in lines if "==" in line}

    assert groups(*PYPROJECT["dependency-groups"]) <= pinned


def test_every_optional_dependency_is_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {name_of(line) for line in lines if "==" in line}
    extras = PYPROJECT["project"]["optional-dependencies"]

    assert {name_of(one) for extra in extras.values() for one in extra} <= pinned


def test_constraints_hold_names_and_versions_only():
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.+]*( ; .*)?", line), line


def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        found = (path for path in ROOT.rglob("*") if ".venv" not in path.parts)
        return [path for path in found if path.is_file()]
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry():
    # Where packages come from is the business of the machine that installs them.
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("deb", "debian", "org"))]
    hosts += [f"files.python{'hosted'}", f"registry.{'npmjs'}", f"astral{'.sh'}"]
    for path in tracked():
        content = path.read_bytes()
        for host in hosts:
            assert host.encode() not in content, f"{path.relative_to(ROOT)} names {host}"
