"""Where text and displays go, in which order, from which thread or process."""
import itertools


def test_order_of_streams_and_displays(engine):
    run = engine.ok("import sys\nfrom IPython.display import display\n"
                    "print('a'); print('b', file=sys.stderr); print('c'); display(1); print('d')")
    shown = [m["content"] for m in run.messages if m["msg_type"] in ("stream", "display_data")]
    order = ["".join(c.get("text", "display") for c in one) for _, one in itertools.groupby(shown, lambda c: c.get("name"))]  # a line may come in two
    assert order == ["a\n", "b\n", "c\n", "display", "d\n"]


def test_many_prints_are_few_messages_and_complete(engine):
    run = engine.ok("for i in range(20000): print(i)")
    assert run.text() == "".join(f"{i}\n" for i in range(20000))
    assert len(run.all("stream")) < 200


def test_text_is_shown_while_a_cell_computes(engine):
    """Also while a C call holds the GIL, and without the main thread's help."""
    msg_id = engine.send("import re\nprint('before')\nre.fullmatch('(a?){24}a{24}', 'a' * 24 + 'b')\nprint('after')")
    seen = engine.wait_for_text("before")
    assert "after" not in seen
    engine.finish(msg_id)


def test_streams_are_like_files(engine):
    assert engine.ok("import sys\nsys.stdout.encoding, sys.stdout.writable(), sys.stdout.isatty(), "
                     "isinstance(sys.stdout.fileno(), int)").result == "('UTF-8', True, False, True)"
    assert engine.ok("print('\\ud83d|')").text() == "\ufffd|\n"
    assert engine.run("sys.stdout.write(b'x')").content["ename"] == "TypeError"
    engine.ok("import faulthandler; faulthandler.enable()")


def test_output_of_subprocesses_and_c_code(engine):
    assert "from a child" in engine.ok("import subprocess; subprocess.run(['echo', 'from a child'])").text()
    assert engine.ok("import os; os.write(1, b'from C\\n')").text() == "from C\n"
    assert engine.ok("os.write(2, b'oops\\n')").text("stderr") == "oops\n"


def test_what_was_written_to_the_descriptors_comes_before_what_is_printed_next(engine):
    run = engine.ok("import os\n"
                    "def after(i):\n"
                    "    os.write(1, b'a%d\\n' % i)\n"
                    "    for _ in range(i % 2000): pass   # at each moment of the thread that empties the pipe\n"
                    "    print('b', i)\n"
                    "for i in range(8000): after(i)")
    assert run.text() == "".join(f"a{i}\nb {i}\n" for i in range(8000))


def test_a_thread_prints_for_the_cell_that_started_it(engine):
    first = engine.ok("import threading\ngo, done = threading.Event(), threading.Event()\n"
                      "def late():\n    go.wait(); print('late'); done.set()\nthreading.Thread(target=late).start()")
    second = engine.ok("go.set(); done.wait(); print('mine')")
    assert second.text() == "mine\n"
    strays = [m for m in engine.stray if m["msg_type"] == "stream" and "late" in m["content"]["text"]]
    assert strays[0]["parent_header"]["msg_id"] == first.reply["parent_header"]["msg_id"]


def test_threads_that_print_while_requests_come(engine):
    engine.ok("import threading, time\nstop = False\ndef chatter():\n    while not stop: print('x', end=''); time.sleep(0.0002)\n"
              "threads = [threading.Thread(target=chatter) for _ in range(3)]\nfor t in threads: t.start()")
    try:
        for n in range(250):
            assert engine.request("kernel_info_request", {})["content"]["status"] == "ok"
            assert engine.reply(engine.send(f"{n}"))["content"]["status"] == "ok"
    finally:
        engine.ok("stop = True\nfor t in threads: t.join()")


def test_displays(engine):
    run = engine.ok("from IPython.display import display, HTML, clear_output\n"
                    "h = display(HTML('<b>1</b>'), display_id='me'); h.update(HTML('<b>2</b>')); clear_output(wait=True)")
    assert run.all("display_data")[0]["transient"]["display_id"] == "me"
    assert run.all("update_display_data")[0]["data"]["text/html"] == "<b>2</b>"
    assert run.all("clear_output") == [{"wait": True}]


def test_what_json_cannot_hold(engine):
    run = engine.ok("display({'application/json': {'nan': float('nan'), 1: b'x', 'text/plain': 'a\\ud83d'}}, raw=True)")
    assert run.all("display_data")[0]["data"]["application/json"] == {"nan": "nan", "1": "eA==", "text/plain": "a\ufffd"}


def test_a_result_that_cannot_be_shown_is_an_error(engine):
    run = engine.run("class Bad:\n    def __repr__(self): raise ValueError('no repr')\nBad()")
    assert run.status == "error" and "no repr" in run.content["traceback"][-1]
    assert engine.ok("1").result == "1"


def test_matplotlib_inline(engine):
    run = engine.ok("import matplotlib.pyplot as plt; plt.plot([1, 2]); None")
    assert "image/png" in run.all("display_data")[0]["data"]


def test_tqdm_auto_is_the_notebooks(engine):
    run = engine.ok("from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass")
    assert [c["target_name"] for c in run.all("comm_open")][:1] == ["jupyter.widget"]


def test_forked_children_write_and_end(engine):
    run = engine.ok("import os\npid = os.fork()\nif pid == 0:\n    print('child', flush=True); display(2)\n"
                    "else:\n    print('status', os.waitpid(pid, 0)[1])")
    assert "child\n" in run.text() and "status 0\n" in run.text()
    assert engine.ok("'alive'").result == "'alive'"


def test_a_forked_child_ends_with_the_status_of_its_cell(engine):
    engine.ok("import os, sys")
    for ends, status, shows in (("sys.exit(3)", 3, ""), ("sys.exit('why')", 1, ""), ("1 / 0", 1, "ZeroDivisionError"), ("print('half', end='')", 0, "")):
        run = engine.ok(f"pid = os.fork()\nif pid == 0: {ends}\nelse: print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))")
        assert run.text().removeprefix("half") == f"{status}\n" and shows in run.text("stderr"), ends
    assert run.text().startswith("half")


def test_multiprocessing(engine):
    code = ("import multiprocessing, math\nwith multiprocessing.get_context({!r}).Pool(2) as pool: "
            "print(pool.map(math.sqrt, [1, 4]))")
    for method in ("fork", "spawn"):
        assert "[1.0, 2.0]" in engine.ok(code.format(method)).text()
    assert "[1.0, 2.0]" in engine.ok("import joblib; print(joblib.Parallel(2)(joblib.delayed(math.sqrt)(x) for x in (1, 4)))").text()


def test_lines_of_forked_children_stay_whole(engine):
    run = engine.ok("import multiprocessing\ndef say(x):\n    print('child', x, x); print('end', x, end=';')\n"
                    "with multiprocessing.get_context('fork').Pool(3) as pool: pool.map(say, range(300), chunksize=1); pool.close(); pool.join()")
    words = sorted(part for line in run.text().splitlines() for part in line.split(";") if part)
    assert words == sorted([f"child {x} {x}" for x in range(300)] + [f"end {x}" for x in range(300)])


def test_a_child_dies_of_sigterm(engine):
    assert engine.ok("import multiprocessing, time\np = multiprocessing.get_context('fork').Process(target=time.sleep, args=(60,))\n"
                     "p.start(); p.terminate(); p.join(); p.exitcode").result == "-15"


def test_a_text_of_megabytes_is_the_text_that_was_printed(engine):
    """It travels in parts, none of which ends within a character."""
    every = "".join(map(chr, range(1, 0x300))) + "\u20ac\U0001f600\\\"'"
    run = engine.ok("s = ''.join(map(chr, range(1, 0x300))) + '\\u20ac\\U0001f600\\\\\\\"\\''\nprint(s * 3000, end='')")
    assert run.text() == every * 3000
    assert max(len(c["text"].encode()) for c in run.all("stream")) <= 1 << 20


def test_text_of_a_child_process_is_not_cut_within_a_character(engine):
    run = engine.ok("import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import os\\n"
                    "data = (chr(0x20ac) * 30000).encode()\\nwhile data: data = data[os.write(1, data[:1001]):]'])")
    assert run.text() == "\u20ac" * 30000
    assert engine.ok("import os; n = os.write(1, b'\\xff\\xe2\\x82')").text() == "\ufffd"
    assert engine.ok("1").text() == ""
