# name: unpicklable-locks
# description: locks, conditions and queues, free and held
# lost: held (it is held), taken (it is held), both (it is held), kept (it holds one that is held)
# %%
import threading, queue
lock, held = threading.Lock(), threading.RLock()
near = [1]
# %%
_ = held.acquire(); q = queue.Queue(); q.put([1]); ev = threading.Event(); ev.set()
# %%
box = {"lock": lock, "near": list(near)}; taken = both = threading.Lock(); _ = taken.acquire(); kept = [taken]
near.append(2)
# %% holds
near == [1, 2]
q.queue[0] == [1] and ev.is_set()
box["lock"] is lock
