"""Which notebook has which session: renamed, copied, opened twice, run by a program; and sessions without one."""

import os
import os

import nbformat

from tests.survival.answers import assert_clean_and_offered, assert_nothing_told, said


def moved(notebook, name):
    """As the file browser renames it."""
    new = notebook.folder / name
    notebook.path.rename(new)
    notebook.path = new


def test_a_renamed_notebook_keeps_its_session(notebook):
    first = notebook.open()
    first.run("a = [1]; b = a", "cell-0")
    moved(notebook, "while it runs.ipynb")
    first.run("a.append(2)", "cell-1")
    first.suspend()
    second = notebook.open()
    assert "2 of 2 variables back" in said(second.run("b", "cell-2"))
    assert second.magic("%session")["notebook"] == str(notebook.path)
    second.suspend()
    moved(notebook, "again.ipynb")
    assert notebook.open().evaluate(["a", "b is a"]) == ["[1, 2]", "True"]
    assert notebook.session()  # the only one


def test_neither_a_copy_nor_a_new_notebook_under_the_old_name_has_the_session(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    old = notebook.path
    moved(notebook, "renamed.ipynb")
    renamed, notebook.path = notebook.path, old
    notebook.write()
    second = notebook.open()  # while the other one runs
    assert_nothing_told(second.run("'a' in dir()", "another"))
    assert second.magic("%session")["notebook"] == str(old) and "in use" not in str(second.magic("%session")["messages"])
    first.suspend()
    notebook.path = notebook.folder / "copy.ipynb"
    notebook.path.write_bytes(renamed.read_bytes())
    assert notebook.open().evaluate(["a"]) == ["raised NameError"]
    notebook.path = renamed
    assert notebook.open().evaluate(["a"]) == ["[1]"]


def test_a_new_notebook_under_an_old_name_is_offered_the_session_and_starts_clean(notebook):
    first = notebook.open()
    first.run("a = 1", "cell-0")
    first.suspend()
    notebook.write("other-0", "other-1")
    second = notebook.open()
    assert_clean_and_offered(second, "other-0")
    second.run("b = 2", "other-1")
    second.suspend()
    assert notebook.open().evaluate(["b", "'a' in dir()"]) == ["2", "False"]


def test_a_copied_notebook_starts_clean(notebook):
    first = notebook.open()
    first.run("a = 1", "cell-0")
    first.suspend()
    original, copy = notebook.path, notebook.path.with_name("copy.ipynb")
    copy.write_text(original.read_text())
    notebook.path = copy
    second = notebook.open()
    assert_nothing_told(second.run("'a' in dir()", "cell-0"))
    assert second.evaluate(["'a' in dir()"]) == ["False"]


def test_a_second_kernel_on_the_notebook_is_anonymous_and_says_who_holds_the_session(notebook):
    first = notebook.open()
    first.run("a = 1", "cell-0")
    holder = first.processes()[1].pid
    second = notebook.open()
    shown = second.run("'a' in dir()", "cell-0")
    assert ("execute_result", "False") in shown.outputs
    assert f"in use by pid {holder}" in said(shown)
    assert first.evaluate(["a"]) == ["1"]
    assert_nothing_told(second.run("1", "cell-1"))


def test_a_program_that_runs_another_notebook_from_a_cell_is_told_nothing(notebook):
    first = notebook.open()
    first.run("a = 1", "cell-0")
    assert_nothing_told(notebook.open().run("'a' in dir()"))  # no cell id: it inherited JPY_SESSION_NAME


def test_without_a_notebook_nothing_comes_back_and_nothing_is_told(notebook):
    first = notebook.open(named=False)
    first.run("a = 1")
    first.suspend()
    second = notebook.open(named=False)
    shown = second.run("'a' in dir()")
    assert shown.outputs == [("execute_result", "False")]
    assert len(list((notebook.home / "sessions").iterdir())) == 2


def test_nbclient_gets_what_it_gets_from_any_kernel(notebook):
    import nbclient

    cells = [nbformat.v4.new_code_cell(source) for source in ("x = 2", "print(x)", "x * 21")]
    path = nbformat.v4.new_notebook(cells=cells)
    environment = {k: v for k, v in os.environ.items() if k != "JPY_SESSION_NAME"} | {"FERRY_HOME": str(notebook.home)}
    for _ in range(2):
        client = nbclient.NotebookClient(path, kernel_name="ferry")
        client.execute(cwd=str(notebook.folder), env=environment)
        outputs = [output for cell in path.cells for output in cell.outputs]
        assert [o.get("text") or o["data"]["text/plain"] for o in outputs] == ["2\n", "42"]


def test_a_named_session_comes_back_without_a_notebook(notebook):
    first = notebook.open(named=False, FERRY_SESSION="mine")
    first.run("a = [1]")
    first.suspend()
    assert notebook.open(named=False, FERRY_SESSION="mine").evaluate(["a"]) == ["[1]"]
