"""Every request is answered, whatever breaks while it is handled."""
import pytest

REQUESTS = {
    "complete": ("complete_request", {"code": "pri", "cursor_pos": 3}),
    "inspect": ("inspect_request", {"code": "print", "cursor_pos": 5, "detail_level": 0}),
    "is_complete": ("is_complete_request", {"code": "1"}),
    "history_tail": ("history_request", {"hist_access_type": "tail", "n": 1, "output": False, "raw": True, "session": 0,
                                         "start": 0, "stop": 1, "pattern": "", "unique": False}),
    "execute": ("execute_request", {"code": "1", "silent": False, "store_history": True, "user_expressions": {},
                                    "allow_stdin": False, "stop_on_error": True}),
}
@pytest.mark.parametrize("error", ["RuntimeError", "KeyboardInterrupt", "SystemExit"])
@pytest.mark.parametrize("name", REQUESTS)
def test_a_handler_that_throws(engine, name, error):
    # The handler mends itself, so that the request after it is served again.
    engine.ok(f"def broken(*arguments, **options):\n    del get_ipython().kernel.{name}\n    raise {error}('injected')\n"
              f"get_ipython().kernel.{name} = broken")
    reply = engine.request(*REQUESTS[name])
    assert reply["content"]["status"] == "error" and "injected" in reply["content"]["evalue"]
    assert engine.ok("'alive'").result == "'alive'"


@pytest.mark.parametrize("what", ["get_ipython().run_cell", "get_ipython().Completer.completions", "get_ipython().object_inspect_mime",
                                  "get_ipython().history_manager.get_tail"])
def test_ipython_throws(engine, what):
    owner, name = what.rsplit(".", 1)
    engine.ok(f"owner = {owner}\ndef broken(*a, **k):\n    del owner.__dict__['{name}']\n    raise RuntimeError('injected')\n"
              f"owner.__dict__['{name}'] = broken")
    request = {"run_cell": "execute", "completions": "complete", "object_inspect_mime": "inspect",
               "get_tail": "history_tail"}[name]
    assert engine.request(*REQUESTS[request])["content"]["status"] == "error"
    assert engine.ok("'alive'").result == "'alive'"


@pytest.mark.parametrize("msg_type", ["execute_request", "complete_request", "inspect_request", "is_complete_request",
                                      "history_request", "comm_info_request", "unheard_of_request"])
@pytest.mark.parametrize("content", [{}, {"code": 5, "cursor_pos": "x"}], ids=["empty", "wrong types"])
def test_malformed(engine, msg_type, content):
    assert engine.request(msg_type, content)["content"]["status"] in ("ok", "error", "complete")
    assert engine.ok("'alive'").result == "'alive'"


def test_user_expressions_throw(engine):
    run = engine.run("def broken(expressions):\n    del get_ipython().user_expressions\n    raise RuntimeError('injected')\n"
                     "get_ipython().user_expressions = broken")
    assert (run.status, run.content["evalue"]) == ("error", "injected")


def test_unknown_on_control(engine):
    assert engine.request("unheard_of_request", {}, "control")["content"]["status"] == "error"
    assert engine.request("ferry_unheard_request", {}, "control")["content"]["status"] == "error"


def test_a_wrong_signature_is_ignored(engine):
    key = engine.client.session.key
    engine.client.session.key = b"wrong"
    engine.client.kernel_info()
    engine.client.session.key = key
    assert engine.ok("'alive'").result == "'alive'"
