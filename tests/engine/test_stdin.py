"""input() and getpass()."""


def answer(engine, msg_id, value):
    request = engine.client.stdin_channel.get_msg(timeout=30)
    assert request["parent_header"]["msg_id"] == msg_id
    engine.client.input(value)
    return request["content"]


def test_input(engine):
    msg_id = engine.send("print('first'); input('name? ')", allow_stdin=True)
    assert answer(engine, msg_id, "Ada") == {"prompt": "name? ", "password": False}
    run = engine.finish(msg_id)
    assert run.result == "'Ada'" and run.text() == "first\n"


def test_getpass(engine):
    msg_id = engine.send("import getpass; len(getpass.getpass('secret: '))", allow_stdin=True)
    assert answer(engine, msg_id, "1234") == {"prompt": "secret: ", "password": True}
    assert engine.finish(msg_id).result == "4"


def test_nobody_answers(engine):
    assert engine.run("input()").content["ename"] == "StdinNotImplementedError"


def test_threads_run_while_input_waits(engine):
    msg_id = engine.send("import threading\ndef work():\n    for n in range(5): pass\n    print('worked')\n"
                         "t = threading.Timer(0.05, work); t.start(); input('?')", allow_stdin=True)
    request = engine.client.stdin_channel.get_msg(timeout=30)
    engine.wait_for_text("worked")          # before there is an answer
    engine.client.input("x")
    assert request["content"]["prompt"] == "?" and engine.finish(msg_id).result == "'x'"


def test_interrupt(engine):
    msg_id = engine.send("input('?')", allow_stdin=True)
    engine.client.stdin_channel.get_msg(timeout=30)
    engine.interrupt()
    assert engine.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
    msg_id = engine.send("input('again? ')", allow_stdin=True)
    answer(engine, msg_id, "yes")
    assert engine.finish(msg_id).result == "'yes'"


def test_not_from_threads(engine):
    engine.ok("import threading\nfault = []\ndef ask():\n    try: input()\n    except Exception as e: fault.append(type(e).__name__)\n"
              "t = threading.Thread(target=ask); t.start(); t.join()", allow_stdin=True)
    assert engine.ok("fault").result == "['StdinNotImplementedError']"
