# name: hooks-of-the-interpreter
# description: functions of the session that the interpreter calls: collector, signals, threads that fail, exceptions nobody can raise
# %%
import gc, os, signal, sys, threading
log = []
def collected(phase, info): log.append(phase) if listening else None
def signalled(number, frame): log.append(number)
listening = False
# %%
gc.callbacks.append(collected)
# %%
signal.signal(signal.SIGUSR1, signalled)
# %%
threading.excepthook = lambda args: log.append(args.exc_type.__name__)
sys.unraisablehook = lambda args: log.append("unraisable " + args.exc_type.__name__)
# %%
signal.raise_signal(signal.SIGUSR1)
# %%
listening = True; gc.collect(); listening = False
# %%
t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join(); del t
class Bad:
    def __del__(self): [][1]
b = Bad(); del b
# %% holds
log == [signal.SIGUSR1, "start", "stop", "ZeroDivisionError", "unraisable IndexError"]
