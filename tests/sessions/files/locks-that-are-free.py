# name: locks-that-are-free
# description: locks, events, conditions, queues, futures, values of a thread and threads that have ended or not begun, while nobody holds them
# lost: broken (the traceback of its error)
# %%
import threading, queue, io, zipfile
from concurrent.futures import ThreadPoolExecutor
lock, again = threading.Lock(), threading.RLock(); box = {"lock": lock}; gate = threading.Semaphore(2); gate.acquire()
ready = threading.Event(); ready.set(); turn = threading.Condition(again); local = threading.local(); local.seen = shared = [1]
# %%
with ThreadPoolExecutor(2) as pool: futures = [pool.submit(pow, 2, n) for n in (3, 4)]
failed = pool.__class__(1); broken = failed.submit(int, "x"); failed.shutdown(); done = [f.result() for f in futures]
# %%
class Counter:
    def __init__(self): self.lock, self.n, self.waiting = threading.Lock(), 0, queue.Queue()
    def up(self):
        with self.lock: self.n += 1
        self.waiting.put(self.n)
counter = Counter(); counter.up(); counter.up(); simple = queue.SimpleQueue(); simple.put("a"); simple.put(shared); first = simple.get()
# %%
ended = threading.Thread(target=counter.up, name="worker"); ended.start(); ended.join()
coming = threading.Thread(target=counter.up); later = threading.Timer(60, counter.up)
buf = io.BytesIO(); archive = zipfile.ZipFile(buf, "w"); archive.writestr("x.txt", "hello")
# %%
coming.start(); coming.join(); got = counter.waiting.get(); local.seen.append(2); archive.writestr("y.txt", "more"); archive.close()
with turn: turned = again._is_owned()
# %% holds
box["lock"] is lock and not lock.locked() and turn._lock is again and ready.is_set() and gate._value == 1
done == [8, 16] and futures[0].done() and type(broken.exception()) is ValueError and pool._shutdown
first == "a" and simple.qsize() == 1 and local.seen is shared and shared[0] == 1
counter.waiting.mutex is counter.waiting.not_empty._lock and not counter.lock.locked()
# %% holds after 4
ended.name == "worker" and not ended.is_alive() and not coming.is_alive() and coming.ident is None and later.interval == 60
archive.fp is buf and archive.namelist() == ["x.txt"] and counter.n == 3
# %% holds after 5
coming.ident is not None and counter.n == 4 and got == 1 and turned and shared == [1, 2]
zipfile.ZipFile(io.BytesIO(buf.getvalue())).namelist() == ["x.txt", "y.txt"]
