# name: case-12-thread-that-writes
# description: a thread changes a list while a cell runs that does not name it
# case: 12
# lost: t (a thread), go (an event holds a lock), done (an event holds a lock)
# %%
import threading
L, go, done = [], threading.Event(), threading.Event()
def work():
    go.wait()
    L.append("from the thread")
    done.set()
t = threading.Thread(target=work); t.start()
# %%
z = 1
go.set(); _ = done.wait(30)
t.join()
# %%
z += 1
# %% holds
L == ["from the thread"]
z == 2
