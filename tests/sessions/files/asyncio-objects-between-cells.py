# name: asyncio-objects-between-cells
# description: queues, events and locks of asyncio that no loop has taken yet, and what cells await
# lost: ev (bound to its loop), lock (bound to its loop), q (bound to its loop), done (a future of the loop)
# %%
import asyncio
q = asyncio.Queue(); ev = asyncio.Event(); lock = asyncio.Lock(); got = []
# %%
await q.put(1); q.put_nowait(2); ev.set()
async def work(): got.append(await q.get()); return len(got)
# %%
n = await work(); m = await asyncio.gather(asyncio.sleep(0, "x"), work())
# %%
async with lock: inside = lock.locked()
# %% holds
n == 1 and m == ["x", 2] and got == [1, 2] and inside
