"""The page on notebooks: its code runs, and a real notebook shows what the page says."""

import ast
import re
import warnings
from pathlib import Path

import pytest

import sample_run
from first_case import small_case

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "notebooks.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Two judgments, and a run that was made elsewhere."""
    folder = small_case(tmp_path_factory.mktemp("notebook"))
    sample_run.build(folder / ".forecast-bench" / "runs" / "latest", judgments=4)
    return folder


def executed(blocks: list[str]) -> list[object]:
    """Run blocks one after another, as cells; give the value of the last line of each."""
    names: dict[str, object] = {}
    values = []
    for block in blocks:
        tree = ast.parse(block)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(PAGE), "exec"), names)  # noqa: S102 - a page of ours
        ended = None if last is None else ast.unparse(last)
        values.append(None if ended is None else eval(ended, names))  # noqa: S307
    return values


def test_every_block_of_the_page_runs_and_shows_something(workspace, monkeypatch):
    import altair

    monkeypatch.chdir(workspace)
    before = altair.renderers.active
    try:
        values = executed(BLOCKS)
        shown = [
            value._repr_mimebundle_()
            if hasattr(value, "_repr_mimebundle_")
            else value._repr_html_()
            for value in values
        ]
    finally:
        altair.renderers.enable(before)
    assert len(shown) == len(BLOCKS) > 8
    for one in shown:
        text = str(one)
        assert "<table" in text or "<svg" in text
        assert "https://cdn" not in text
        assert "<script" not in text


def test_the_page_names_what_the_package_offers():
    from forecast_bench import review

    text = PAGE.read_text("utf-8")
    for name in ("charts", "read_run", "reliability_figure", "tables"):
        assert name in review.__all__
        assert name in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_real_notebook_shows_every_cell(workspace, tmp_path, monkeypatch):
    """Runs the page in a kernel, as Jupyter does."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nbclient
        import nbformat

        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(block) for block in BLOCKS]
        )
        client = nbclient.NotebookClient(
            notebook, timeout=120, resources={"metadata": {"path": str(workspace)}}
        )
        client.execute()
    for cell in notebook.cells:
        (output,) = (one for one in cell.outputs if one.output_type == "execute_result")
        assert output.data.keys() & {"text/html", "image/svg+xml"}
    assert "text/html" in notebook.cells[0].outputs[0].data
