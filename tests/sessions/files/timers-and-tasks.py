# name: timers-and-tasks
# description: what timers, delayed calls and tasks of asyncio do to variables that no cell names, between cells and in them
# %%
import asyncio, threading
log = []; seen = {"n": 0}
def tick(what): log.append(what); seen["n"] += 1
async def later(what):
    await asyncio.sleep(0)
    tick(what)
    return len(log)
# %%
timer = threading.Timer(0.01, tick, ["timer"]); timer.start(); timer.join(); del timer
# %%
loop = asyncio.get_running_loop(); asked = asyncio.Event()
loop.call_soon(tick, "soon"); loop.call_later(0.001, asked.set); await asked.wait(); del loop, asked
# %%
first = await asyncio.create_task(later("task")); both = await asyncio.gather(later("a"), later("b"))
# %%
def rest():
    done = threading.Event()
    thread = threading.Thread(target=lambda: (tick("thread"), done.set())); thread.start(); done.wait(); thread.join()
rest()
# %%
tick(len(log))
# %% holds
log == ["timer", "soon", "task", "a", "b", "thread", 6] and seen == {"n": 7}
first == 3 and both == [4, 5]
