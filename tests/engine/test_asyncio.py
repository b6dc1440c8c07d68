"""asyncio between and inside cells."""


def test_a_loop_runs_in_plain_cells(engine):
    assert engine.ok("import asyncio\nasyncio.get_running_loop() is asyncio.get_event_loop()").result == "True"
    run = engine.run("async def f(): return 1\nasyncio.run(f())")
    assert run.content["ename"] == "RuntimeError"
    assert engine.ok("await f()").result == "1"


def test_tasks_go_on_between_cells_and_print_for_their_cell(engine):
    first = engine.ok("import asyncio\ndone = asyncio.Event()\nasync def later():\n    await asyncio.sleep(0.05); print('from the task'); done.set()\n"
                      "task = asyncio.create_task(later())")
    second = engine.ok("await asyncio.wait_for(done.wait(), 10); print('second')")
    assert second.text() == "second\n"
    strays = [m for m in engine.stray if m["msg_type"] == "stream" and "from the task" in m["content"]["text"]]
    assert strays[0]["parent_header"]["msg_id"] == first.reply["parent_header"]["msg_id"]


def test_user_code_stops_the_loop(engine):
    engine.ok("import asyncio\nasyncio.get_event_loop().stop()")
    assert engine.ok("await asyncio.sleep(0.01, 'slept')").result == "'slept'"


def test_a_task_that_fails_or_exits_does_not_end_the_kernel(engine):
    engine.ok("import asyncio\nasync def leave(): raise SystemExit(3)\nt = asyncio.create_task(leave())")
    assert engine.ok("await asyncio.sleep(0.01, 'here')").result == "'here'"


def test_an_error_in_what_a_cell_awaits_shows_no_frame_of_the_kernels(engine):
    bad = "import asyncio\nasync def bad(): 1 / 0\n"
    for cell in (f"{bad}await asyncio.gather(bad())", "try: await asyncio.wait_for(asyncio.sleep(9), 0.01)\nexcept TimeoutError as e: raise ValueError from e"):
        shown = "\n".join(engine.run(cell).content["traceback"])
        assert "Error" in shown and "kernelferry" not in shown


def test_a_loop_within_the_loop_goes_on_while_messages_come(start_engine, tmp_path):
    """nest_asyncio: what would end a turn of ours must not end the one that a plain cell runs in it."""
    with start_engine() as engine:
        engine.ok("import asyncio, os, nest_asyncio2\nnest_asyncio2.apply()\nasync def wait():\n"
                  f"    while not os.path.exists({str(tmp_path / 'go')!r}): await asyncio.sleep(0.01)\n    await asyncio.sleep(0.2)")
        cell = engine.send("print('on', flush=True); asyncio.run(wait()); 'went on'")
        engine.wait_for_text("on")
        asked = engine.client.complete("os.pat")
        assert engine.request("kernel_info_request", {}, "control")["content"]["status"] == "ok"
        (tmp_path / "go").touch()
        assert engine.finish(cell).result == "'went on'"
        assert engine.reply(asked)["content"]["matches"]
        engine.ok("async def five(): await asyncio.sleep(0.01); return 5")
        assert engine.ok("asyncio.run(five()), asyncio.get_event_loop().run_until_complete(five()), await five()").result == "(5, 5, 5)"
        assert engine.ok("await asyncio.create_task(five())").result == "5"
