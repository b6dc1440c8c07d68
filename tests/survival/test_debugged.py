"""A session whose front end had the debugger on comes back as any other."""

HELLO = {"clientID": "test", "adapterID": "python", "pathFormat": "path", "linesStartAt1": True, "columnsStartAt1": True, "supportsVariableType": True}


def test_nothing_of_the_debugger_is_kept_or_missed(notebook):
    kernel = notebook.open()
    kernel.run("class C: pass\nc, d, f = C(), {'a': [1]}, [2]", "cell-0")

    def ask(number, command, **arguments):
        reply = kernel.control("debug_request", type="request", seq=number, command=command, arguments=arguments)
        assert reply["success"], reply
        return reply

    ask(1, "initialize", **HELLO)
    ask(2, "attach")
    ask(3, "configurationDone")
    names = {v["name"]: v["variablesReference"] for v in ask(4, "inspectVariables")["body"]["variables"]}
    for number, name in enumerate("cdf", 5):
        ask(number, "variables", variablesReference=names[name])
    kernel.run("e = [c]", "cell-1")
    kernel.magic("%checkpoint")
    kernel.kill()
    answer = notebook.open().run("e[0] is c", "cell-2")
    assert answer.outputs[-1] == ("execute_result", "True")
    assert "5 of 5 variables back" in answer.text and "not restored" not in answer.text, answer.text
