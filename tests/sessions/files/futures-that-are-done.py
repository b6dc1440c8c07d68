# name: futures-that-are-done
# description: tasks and futures of asyncio that have ended share their results with variables; one that goes on, or is of another loop, is named
# lost: failed (its traceback), waits (it is not done), rest (it awaits one that is not done), switches (it goes on), elsewhere (of a loop of its own), loop (a loop of its own)
# %%
import asyncio
shared = [1]; log = []
async def give(what): return what
async def fail(): raise KeyError("no")
def told(future): log.append(future)
# %%
task = asyncio.create_task(give(shared), name="mine"); task.add_done_callback(told); got = await task
ran = give(2); by_name = asyncio.create_task(ran); _ = await by_name; del _
# %%
failed = asyncio.create_task(fail())
try: await failed
except KeyError: pass
stopped = asyncio.create_task(asyncio.sleep(60)); await asyncio.sleep(0); stopped.cancel("enough")
try: await stopped
except asyncio.CancelledError: pass
# %%
future = asyncio.get_running_loop().create_future(); future.set_result(shared)
refused = asyncio.get_running_loop().create_future(); refused.set_exception(ValueError("x")); refused.exception()
itself = asyncio.get_running_loop().create_future(); itself.set_result([itself])
# %%
shared.append(2); again = await task, await future
# %%
loop = asyncio.new_event_loop(); elsewhere = loop.create_future(); elsewhere.set_result(3)
waits = asyncio.get_running_loop().create_future(); rest = asyncio.create_task(asyncio.wait_for(waits, None)); await asyncio.sleep(0)
# %% holds
task.result() is shared and got is shared and future.result() is shared and again[0] is shared and shared == [1, 2]
log == [task] and log[0] is task and task.get_name() == "mine" and task.done() and task not in asyncio.all_tasks()
task.get_coro().__name__ == "give" and by_name.get_coro() is ran and ran.cr_frame is None and by_name.result() == 2
isinstance(failed.exception(), KeyError) and failed.exception().args == ("no",) and not failed.cancelled()
stopped.cancelled() and stopped.cancelling() == 1
isinstance(refused.exception(), ValueError) and itself.result()[0] is itself
task.get_loop() is asyncio.get_event_loop() is future.get_loop()
