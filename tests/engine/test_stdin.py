"""input() and getpass()."""

from tests.engine.conftest import TIMEOUT


def answer(engine, msg_id, value):
    request = engine.client.stdin_channel.get_msg(timeout=TIMEOUT)
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
    request = engine.client.stdin_channel.get_msg(timeout=TIMEOUT)
    engine.wait_for_text("worked")          # before there is an answer
    engine.client.input("x")
    assert request["content"]["prompt"] == "?" and engine.finish(msg_id).result == "'x'"


def test_interrupt(engine):
    msg_id = engine.send("input('?')", allow_stdin=True)
    engine.client.stdin_channel.get_msg(timeout=TIMEOUT)
    engine.interrupt()
    assert engine.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
    msg_id = engine.send("input('again? ')", allow_stdin=True)
    answer(engine, msg_id, "yes")
    assert engine.finish(msg_id).result == "'yes'"


ASKS = """import threading
told = {}
def ask(prompt, function=input):
    try: told[prompt] = function(prompt)
    except BaseException as e: told[prompt] = f'{type(e).__name__}: {e}'
def start(*arguments):
    threading.Thread(target=ask, args=arguments, name=arguments[0]).start()
def join(prompt):
    for t in threading.enumerate():
        if t.name == prompt: t.join()
    return told.pop(prompt, None)
"""


def question(engine):
    return engine.client.stdin_channel.get_msg(timeout=TIMEOUT)


def reply_to(engine, asked, value):
    """As JupyterLab does: with the question as parent."""
    message = engine.client.session.msg("input_reply", {"value": value}, parent=asked["header"])
    engine.client.stdin_channel.send(message)


def test_a_thread_asks(engine):
    engine.ok(ASKS)
    msg_id = engine.send("start('a? '); join('a? ')", allow_stdin=True)
    assert answer(engine, msg_id, "1") == {"prompt": "a? ", "password": False}
    assert engine.finish(msg_id).result == "'1'"
    msg_id = engine.send("import getpass; start('b? ', getpass.getpass); join('b? ')", allow_stdin=True)
    assert answer(engine, msg_id, "2") == {"prompt": "b? ", "password": True}
    assert engine.finish(msg_id).result == "'2'"


def test_a_thread_of_an_earlier_cell_asks_in_the_cell_that_runs(engine):
    engine.ok(ASKS + "go = threading.Event()\ndef late(prompt): go.wait(); return input(prompt)\nstart('late? ', late)")
    msg_id = engine.send("go.set(); join('late? ')", allow_stdin=True)
    assert answer(engine, msg_id, "now") == {"prompt": "late? ", "password": False}
    assert engine.finish(msg_id).result == "'now'"


def test_answers_find_their_questions(engine):
    engine.ok(ASKS)
    msg_id = engine.send("start('a? '); start('b? '); b = join('b? '); join('a? '), b", allow_stdin=True)
    asked = {m["content"]["prompt"]: m for m in (question(engine), question(engine))}
    reply_to(engine, asked["b? "], "for b")
    reply_to(engine, asked["a? "], "for a")
    assert engine.finish(msg_id).result == "('for a', 'for b')"


def test_answers_that_name_no_question_come_in_order(engine):
    engine.ok(ASKS)
    msg_id = engine.send("start('a? '); start('b? '); join('a? '), join('b? ')", allow_stdin=True)
    asked = [question(engine)["content"]["prompt"] for _ in range(2)]
    for number in ("1", "2"):
        engine.client.input(number)
    first, second = dict(zip(asked, "12"))["a? "], dict(zip(asked, "12"))["b? "]
    assert engine.finish(msg_id).result == f"('{first}', '{second}')"


def test_a_question_outlives_its_cell(engine):
    engine.ok(ASKS)
    msg_id = engine.send("start('of a thread? '); input('of the cell? ')", allow_stdin=True)
    asked = {m["content"]["prompt"]: m for m in (question(engine), question(engine))}
    reply_to(engine, asked["of the cell? "], "x")
    assert engine.finish(msg_id).result == "'x'"
    reply_to(engine, asked["of a thread? "], "y")
    assert engine.ok("join('of a thread? ')").result == "'y'"


def test_an_interrupt_ends_the_questions_of_threads(engine):
    engine.ok(ASKS)
    msg_id = engine.send("start('x? '); join('x? ')", allow_stdin=True)
    asked = question(engine)
    engine.interrupt()
    assert engine.finish(msg_id).content["ename"] == "KeyboardInterrupt"
    assert engine.ok("join('x? ')").result == "'KeyboardInterrupt: Interrupted by user'"
    msg_id = engine.send("input('again? ')", allow_stdin=True)
    again = question(engine)
    reply_to(engine, asked, "too late")
    reply_to(engine, again, "in time")
    assert engine.finish(msg_id).result == "'in time'"


def test_a_thread_that_nobody_would_answer(engine):
    engine.ok(ASKS)
    assert "StdinNotImplementedError" in engine.ok("start('x? '); join('x? ')").result
    engine.ok("import asyncio\nbetween = asyncio.get_running_loop().create_task(asyncio.sleep(0))\n"
              "between.add_done_callback(lambda _: (start('t? '), told.update(t=join('t? ')), ask('m? ')))")
    nobody = "EOFError: input() has nobody to ask: no cell runs"
    while engine.ok("'m? ' in told").result == "False":     # the loop turns between cells, and in none that does not await
        pass
    assert engine.ok("told == " + repr({"t": nobody, "m? ": nobody})).result == "True"


def test_a_question_ends_with_its_kernel(start_engine, tmp_path):
    with start_engine() as engine:
        engine.ok(ASKS + f"def last(prompt):\n    try: input(prompt)\n    except BaseException as e: open({str(tmp_path / 'end')!r}, 'w').write(type(e).__name__)")
        msg_id = engine.send("start('of a thread? ', last); input('of the cell? ')", allow_stdin=True)
        asked = {m["content"]["prompt"]: m for m in (question(engine), question(engine))}
        reply_to(engine, asked["of the cell? "], "x")
        engine.finish(msg_id)
        engine.request("shutdown_request", {"restart": True}, "control")
        assert engine.wait_for_exit() == 0
    assert (tmp_path / "end").read_text() in ("EOFError", "KeyboardInterrupt")     # an end interrupts what runs


def test_the_end_of_the_file(engine):
    msg_id = engine.send("input('? ')", allow_stdin=True)
    answer(engine, msg_id, "\x04")     # Ctrl-D in jupyter console
    assert engine.finish(msg_id).content["ename"] == "EOFError"
