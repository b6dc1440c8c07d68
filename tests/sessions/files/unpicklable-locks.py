# name: unpicklable-locks
# description: locks, conditions and queues, free and held
# lost: lock (a lock), held (a lock), q (a queue holds locks), ev (an event holds a lock), box (it holds a lock)
# %%
import threading, queue
lock, held = threading.Lock(), threading.RLock()
near = [1]
# %%
_ = held.acquire(); q = queue.Queue(); q.put([1]); ev = threading.Event(); ev.set()
# %%
box = {"lock": lock, "near": list(near)}
near.append(2)
# %% holds
near == [1, 2]
q.queue[0] == [1] and ev.is_set()
box["lock"] is lock
