# name: functions-async
# description: coroutine functions and top-level await
# %%
import asyncio
done = []
async def work(n):
    await asyncio.sleep(0)
    done.append(n)
    return n * 2
# %%
a = await work(1)
# %%
b = await asyncio.gather(work(2), work(3))
# %% holds
done == [1, 2, 3]
(a, b) == (2, [4, 6])
asyncio.iscoroutinefunction(work)
