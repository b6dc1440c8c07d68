"""What stands after a restart, a crash, and an interrupt, of cells and of resumes."""

from tests.survival.answers import assert_clean_and_offered, end, said, wait_for_file


def test_a_restart_gives_a_clean_namespace_that_stays_clean_and_can_be_undone(notebook):
    first = notebook.open()
    first.run("a = [1]; b = a", "cell-0")
    end(first, restart=True)
    second = notebook.open()
    assert_clean_and_offered(second, "cell-0")
    second.run("c = 3", "cell-1")
    second.suspend()
    third = notebook.open()
    assert third.evaluate(["c", "a"]) == ["3", "raised NameError"]
    end(third, restart=True)
    fourth = notebook.open()
    fourth.run("d = 4", "cell-1")
    assert "1 of 1 variables back" in said(fourth.run("%resume last", "cell-2"))
    assert fourth.evaluate(["c", "d"]) == ["3", "4"]


def test_a_restart_is_undone_with_what_only_its_cells_can_make(notebook):
    kernel = notebook.open()
    kernel.run("def count():\n    yield from range(9)\ng = count()", "cell-1")
    kernel.run("first = next(g), next(g)", "cell-2")
    end(kernel, restart=True)
    kernel = notebook.open()
    variables = kernel.magic("%resume last")["variables"]
    assert (variables["g"]["way"], variables["g"]["verified"]) == ("replayed", True)
    assert kernel.evaluate(["first", "next(g)"]) == ["(0, 1)", "2"]


def test_a_restart_before_anything_else_runs_is_not_forgotten(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    end(first, restart=True)
    end(notebook.open())
    third = notebook.open()
    assert_clean_and_offered(third, "cell-0")
    assert "1 of 1 variables back" in said(third.run("%resume last", "cell-1"))
    assert third.evaluate(["a"]) == ["[1]"]


def test_a_crash_after_a_restart_does_not_bring_back_what_was_before_it(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    end(first, restart=True)
    second = notebook.open()
    second.run("b = 2", "cell-0")
    second.run("import os; os.kill(os.getpid(), 9)", "cell-1")
    assert second.evaluate(["b", "a"]) == ["2", "raised NameError"]


def test_a_crash_names_the_running_cell_which_is_not_tried_again(notebook):
    kernel = notebook.open()
    kernel.run("a, ran = [1], 0", "cell-0")
    kernel.run("a.append(2)", "cell-1")
    # What it said last may be lost with it: its number is known here before it dies.
    dying = kernel.send("open('ran', 'a').write('x'); import os, time; print('running', flush=True)\n"
                        "while not os.path.exists('seen'): time.sleep(0.01)\nos.kill(os.getpid(), 9)", "cell-2")
    kernel.wait_for_output(dying, "running")
    (notebook.folder / "seen").touch()
    answer = kernel.collect(dying)
    assert answer.status == "error" and "cell [3]" in answer.error and "killed" in answer.error.lower()
    shown = kernel.run("a", "cell-1")
    assert ("execute_result", "[1, 2]") in shown.outputs
    assert "[3] was running" in said(shown) and "not run again" in said(shown)
    assert (notebook.folder / "ran").read_text() == "x"
    assert shown.execution_count == 4


def test_an_interrupt_leaves_the_state_as_the_cell_had_it(notebook):
    kernel = notebook.open()
    request = kernel.send("a = [1]; print('running', flush=True); import time; time.sleep(600)", "cell-0")
    kernel.wait_for_output(request, "running")
    kernel.control("interrupt_request")
    assert "KeyboardInterrupt" in kernel.collect(request).error
    kernel.suspend()
    assert notebook.open().evaluate(["a"]) == ["[1]"]


def test_an_interrupted_resume_goes_on_when_it_is_asked_to(notebook):
    first = notebook.open()
    first.run("import os, time\nclass Slow:\n def __setstate__(self, state):\n  self.__dict__.update(state)\n"
              "  if os.path.exists('slow'): print('running', flush=True); time.sleep(600)\nslow = Slow(); slow.x = 1; kept = [1]", "cell-0")
    first.suspend()
    second = notebook.open(FERRY_RESUME="never")
    (notebook.folder / "slow").touch()
    request = second.send("%resume last", "cell-1")
    second.wait_for_output(request, "running")
    second.control("interrupt_request")
    assert "KeyboardInterrupt" in second.collect(request).error
    (notebook.folder / "slow").unlink()
    second.run("%resume", "cell-1")
    assert second.evaluate(["slow.x", "kept"]) == ["1", "[1]"]


def test_an_interrupt_of_a_resume_in_idle_time_loses_nothing(notebook):
    first = notebook.open()
    first.run("import os, time\nclass Slow:\n def __setstate__(self, state):\n  self.__dict__.update(state)\n"
              "  if os.path.exists('slow'): open('running', 'w').close(); time.sleep(600)\nslow = Slow(); slow.x = 1; kept = [1]", "cell-0")
    first.suspend()
    (notebook.folder / "slow").touch()
    second = notebook.open()
    wait_for_file(notebook.folder / "running")
    second.control("interrupt_request")
    assert "resume was interrupted" in said(second.run("b = 2", "cell-1", seconds=60))
    second.suspend()
    (notebook.folder / "slow").unlink()
    assert notebook.open().evaluate(["slow.x", "kept", "b"]) == ["1", "[1]", "2"]
