# name: generator-left-alone
# description: cells that write files and start threads after a generator was made and advanced do not make it unsafe
# %%
def numbers(start):
    while True:
        yield start
        start += 1
g = numbers(3)
first = next(g)
# %%
with open("out.txt", "w") as f:
    print("written", file=f)
del f
# %%
import threading
stop = threading.Event()
t = threading.Thread(target=stop.wait, daemon=True); t.start()
del t, stop
# %% holds
first == 3
next(iter([g])) is g
g.gi_frame.f_locals["start"] == 3
