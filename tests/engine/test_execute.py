"""Cells: results, errors, counters, payloads, user expressions."""

import json

import pytest


def test_result(engine):
    assert engine.ok("6 * 7").result == "42"


def test_error(engine):
    run = engine.run("1/0")
    assert (run.status, run.content["ename"], run.content["evalue"]) == ("error", "ZeroDivisionError", "division by zero")
    assert "division by zero" in run.content["traceback"][-1]
    assert run.all("error")[0]["ename"] == "ZeroDivisionError"


def numbers(run):
    """The numbers of a cell in all places that show one."""
    return {run.content["execution_count"], *(c["execution_count"] for t in ("execute_input", "execute_result") for c in run.all(t))}


def test_counter_is_ipythons(start_engine):
    with start_engine() as engine:
        first = engine.ok("'one'").content["execution_count"]
        assert numbers(engine.ok("'two'")) == {first + 1}
        assert numbers(engine.ok("'not stored'", store_history=False)) == {first + 2}
        assert numbers(engine.ok("'three'")) == {first + 2}
        assert numbers(engine.run("1/0")) == {first + 3}
        assert engine.ok("len(In) - 1, max(Out), Out[%d]" % (first + 2)).result == f"({first + 4}, {first + 2}, 'three')"


def test_a_cell_of_nothing_counts_nothing(start_engine):
    with start_engine() as engine:
        before = engine.ok("0").content["execution_count"]
        for nothing in ("", " \n"):
            engine.ok(nothing)
        run = engine.ok("len(In) - 1")
        assert numbers(run) == {before + 1} == {int(run.result)}


def test_silent(engine):
    before = engine.ok("0").content["execution_count"]
    run = engine.ok("print('unseen'); 7", silent=True)
    assert not run.all("execute_result") and not run.all("execute_input")
    assert engine.run("1/0", silent=True).all("error") == []
    assert engine.ok("0").content["execution_count"] == before + 1


def test_user_expressions(engine):
    values = engine.ok("x = [1]", user_expressions={"a": "x", "b": "1/0"}).content["user_expressions"]
    assert values["a"]["data"]["text/plain"] == "[1]"
    assert values["b"]["ename"] == "ZeroDivisionError"


def test_payloads(engine):
    assert engine.ok("zip?").content["payload"][0]["source"] == "page"
    run = engine.ok("get_ipython().set_next_input('later')")
    assert run.content["payload"] == [{"source": "set_next_input", "text": "later", "replace": False}]
    assert engine.ok("exit(keep_kernel=True)").content["payload"] == [{"source": "ask_exit", "keepkernel": True}]
    assert engine.ok("1").content["payload"] == []


def test_cell_id_and_tags_are_known_before_the_cell_runs(engine):
    engine.ok("seen = []\ndef note(info): seen.append(dict(get_ipython().ferry_request))\n"
              "get_ipython().events.register('pre_run_cell', note)")
    engine.ok("pass", metadata={"cellId": "cell-7", "tags": ["ferry:pin"]})
    engine.ok("get_ipython().events.unregister('pre_run_cell', note)", store_history=False)
    seen = eval(engine.ok("seen").result)
    assert (seen[0]["cell_id"], seen[0]["tags"], seen[0]["store_history"]) == ("cell-7", ["ferry:pin"], True)
    assert seen[0]["session"] == engine.client.session.session and seen[0]["msg_id"]
    assert seen[1]["store_history"] is False


def test_main_is_a_module_and_its_dict_the_namespace(engine):
    assert engine.ok("import sys, types; m = sys.modules['__main__']\n"
                     "type(m) is types.ModuleType, m.__dict__ is globals() is get_ipython().user_ns, __name__").result \
        == "(True, True, '__main__')"
    engine.ok("import pickle\nclass K: pass\nassert type(pickle.loads(pickle.dumps(K()))) is K")


def test_queue_is_aborted_after_an_error_and_only_the_queue(engine, tmp_path):
    first = engine.send(f"import os, time\nwhile not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n1/0")
    queued = [engine.send("late = 1") for _ in range(5)]
    info = engine.client.kernel_info()      # not an execution: answered
    engine.request("kernel_info_request", {}, "control")    # what was sent before it is there
    (tmp_path / "go").touch()
    assert engine.reply(first)["content"]["status"] == "error"
    after = engine.send("'after'")
    assert [engine.reply(m)["content"]["status"] for m in queued] == ["aborted"] * 5
    assert engine.reply(info)["content"]["status"] == "ok"
    assert engine.finish(after).result == "'after'"
    assert engine.run("late").content["ename"] == "NameError"


def test_without_stop_on_error_nothing_is_aborted(engine):
    first, second = engine.send("1/0", stop_on_error=False), engine.send("'next'")
    assert engine.reply(first)["content"]["status"] == "error"
    assert engine.finish(second).result == "'next'"


def test_kernel_info(engine):
    info = engine.request("kernel_info_request", {})["content"]
    assert info["implementation"] == "kernelferry" and "Kernelferry" in info["banner"]
    language = info["language_info"]
    assert (language["name"], language["codemirror_mode"]["name"]) == ("python", "ipython")
    assert language["version"] == engine.ok("import platform; print(platform.python_version())").text().strip()
    assert engine.request("kernel_info_request", {}, "control")["content"]["implementation"] == "kernelferry"


def test_completion_has_types(engine):
    engine.ok("import time")
    content = engine.request("complete_request", {"code": "time.slee", "cursor_pos": 9})["content"]
    assert content["matches"] == ["sleep"] and (content["cursor_start"], content["cursor_end"]) == (5, 9)
    assert content["metadata"]["_jupyter_types_experimental"][0]["type"] == "function"


@pytest.mark.parametrize("code, text, kind", [("from os.pa", "os.path", "module"), ("import numpy.ra", "numpy.random", "module"),
                                              ("%cd /us", "/usr/", "path")])
def test_a_completion_that_jedi_does_not_know_is_there_once_with_its_kind(engine, code, text, kind):
    content = engine.request("complete_request", {"code": code, "cursor_pos": len(code)})["content"]
    assert content["matches"].count(text) == 1
    assert [c["type"] for c in content["metadata"]["_jupyter_types_experimental"] if c["text"] == text] == [kind]


def test_notebook_writes_what_the_newest_cells_showed(engine, tmp_path):
    engine.ok("from IPython.display import JSON, display, update_display\nimport kernelferry.engine.shown as shown; shown.MOST = 50_000")
    engine.ok("print('too much' * 10_000)")
    first = engine.ok("print('kept ' * 4000)").content["execution_count"]
    engine.run("unseen = 1; print('nobody asked')", store_history=False)
    engine.run("for i in range(2): print(i)\n1 / 0")
    engine.ok("parts = {'a': [1]}; JSON(parts)")
    engine.ok("display('not asked for')")
    engine.ok("%config ZMQDisplayPublisher.store_display_history = True")
    engine.ok("display('asked for', display_id='d'); update_display('again', display_id='d')")
    engine.ok("%config ZMQDisplayPublisher.store_display_history = False")
    assert engine.ok("any(part is parts for o in get_ipython().history_manager.outputs.values() for e in o for part in e.bundle.values())").result == "False"
    engine.ok(f"%notebook {tmp_path}/written.ipynb")
    cells = {cell["execution_count"]: cell["outputs"] for cell in json.loads((tmp_path / "written.ipynb").read_text())["cells"]}
    shown = [[o.get("text") or o.get("evalue") or o["data"] for o in cells[n]] for n in range(first - 1, first + 6)]
    assert shown == [[], [["kept " * 4000 + "\n"]], [["0\n", "1\n"], "division by zero"],
                     [{"application/json": {"a": [1]}, "text/plain": ["<IPython.core.display.JSON object>"]}], [], [],
                     [{"text/plain": ["'asked for'"]}]], shown


def test_history_with_output(engine):
    engine.ok("'for the history'")
    content = engine.request("history_request", {"hist_access_type": "tail", "n": 1, "output": True, "raw": True,
                                                 "session": 0, "start": 0, "stop": 0, "pattern": "", "unique": False})["content"]
    session, line, (source, output) = content["history"][0]
    assert isinstance(session, int) and isinstance(line, int) and source == "'for the history'"


def test_magics(engine):
    assert "1 loop" in engine.ok("%timeit -n1 -r1 pass").text()
    assert engine.ok("!echo from a shell").text().strip() == "from a shell"
    assert engine.ok("%%capture c\nprint('kept')").text() == ""
    assert engine.ok("c.stdout").result == "'kept\\n'"
    assert engine.ok("%matplotlib inline").status == "ok"
    assert "pip" in engine.ok("%pip --version").text()


def test_magics_that_would_want_a_terminal(engine, tmp_path):
    (tmp_path / "a.txt").write_text("the text")
    payload = engine.ok(f"%less {tmp_path}/a.txt").content["payload"][0]
    assert (payload["source"], payload["data"]["text/plain"]) == ("page", "the text")
    payload = engine.ok(f"%edit {tmp_path}/a.txt").content["payload"][0]
    assert (payload["source"], payload["filename"]) == ("edit_magic", str(tmp_path / "a.txt"))
    assert "no toolkit's event loop" in engine.run("%gui qt").text("stderr")


def test_configuration_startup_files_and_extensions(start_engine, tmp_path):
    profile = tmp_path / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "10-first.py").write_text("started = 1")
    (profile / "ipython_config.py").write_text("c = get_config()\nc.InteractiveShellApp.exec_lines = ['configured = started + 1']\n"
                                               "c.InteractiveShellApp.extensions = ['autoreload']\n"
                                               "c.InteractiveShell.ast_node_interactivity = 'all'\n")
    with start_engine(env={"IPYTHONDIR": str(tmp_path / "ipython")}) as engine:
        assert [r["data"]["text/plain"] for r in engine.ok("started\nconfigured").all("execute_result")] == ["1", "2"]
        engine.ok("%autoreload 2")


def test_cells_lie_where_numba_looks_for_those_of_a_notebook(engine):
    """Its functions of cells are cached (`cache=True`) where the folder's name begins so."""
    run = engine.ok("from pathlib import Path\ndef more(x): return x + 1\nprint(Path(more.__code__.co_filename).parent.name)")
    assert run.text().startswith("ipykernel_")
