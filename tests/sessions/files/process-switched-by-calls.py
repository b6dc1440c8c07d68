# name: process-switched-by-calls
# description: what cells switch by a call, or hang on an object of the process, where no attribute of a module tells
# %%
import gc, sys, asyncio, os, signal, nest_asyncio2, matplotlib.pyplot as plt, numpy as np
phases, listening = [], False
def on_collection(phase, info): phases.append(phase) if listening else None  # when one comes is chance
def on_error(loop, context): raise KeyError(context)
class Factory:
    def __call__(self, loop, coroutine, **options): return asyncio.Task(coroutine, loop=loop, **options)
class Tee:
    def __init__(self, inner): self.inner, self.seen = inner, []
    def write(self, text): self.seen.append(text); return self.inner.write(text)
    def __getattr__(self, name): return getattr(self.inner, name)
figure = plt.figure()
# %%
nest_asyncio2.apply(); gc.callbacks.append(on_collection); gc.freeze(); gc.set_debug(gc.DEBUG_SAVEALL); plt.ioff(); np.setbufsize(16384)
loop = asyncio.get_event_loop()
loop.slow_callback_duration = 0.7; loop.set_exception_handler(on_error); loop.set_task_factory(Factory()); del loop
# %%
sys.stdout.mood = ["good"]; sys.stderr.owner = figure
os.nice(1); signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]); sys.setdlopenflags(os.RTLD_GLOBAL | os.RTLD_NOW)
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); sys.set_coroutine_origin_tracking_depth(3)
gc.callbacks.remove(on_collection); gc.callbacks.append(on_collection)
# %%
sys.stdout = Tee(sys.stdout)
# %%
print("seen"); print(asyncio.run(asyncio.sleep(0, 7)))
asyncio.get_event_loop().set_debug(True)
# %% holds
gc.callbacks.count(on_collection) == 1 and gc.get_freeze_count() > 0 and gc.get_debug() == gc.DEBUG_SAVEALL
not plt.isinteractive()
np.getbufsize() == 16384
asyncio.get_event_loop().get_debug() and asyncio.get_event_loop().slow_callback_duration == 0.7
asyncio.get_event_loop().get_exception_handler() is on_error and type(asyncio.get_event_loop().get_task_factory()) is Factory
sys.__dict__["stdout"].mood == ["good"]
sys.stderr.owner is figure
os.getpriority(os.PRIO_PROCESS, 0) > 0 and len(os.sched_getaffinity(0)) == 1
signal.SIGUSR2 in signal.pthread_sigmask(signal.SIG_BLOCK, ())
sys.getdlopenflags() == os.RTLD_GLOBAL | os.RTLD_NOW and sys.get_coroutine_origin_tracking_depth() == 3
type(sys.stdout) is Tee and sys.stdout.seen[:1] == ["seen"]
hasattr(asyncio, "_nest_patched")
