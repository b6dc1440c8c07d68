# name: leftovers-of-replays
# description: what cells did to modules, classes, registries, handlers and switches, and later cells undid, beside what must be made again
# lost: mine (told to be held where it was held at the save before)
# %%
import textwrap, math, signal, sys, json, fractions, copyreg, threading, os, codecs, sklearn, builtins, functools, abc, collections.abc
before = signal.getsignal(signal.SIGUSR2), textwrap.fill, sys.getrecursionlimit()
def mine(*a, **k): return "mine"
# %%
math.tau2 = 6; textwrap.fill = mine; fractions.Fraction.shout = mine; fractions.Fraction.limit = 5
signal.signal(signal.SIGUSR2, mine); sys.setrecursionlimit(4321); copyreg.dispatch_table[threading.Thread] = mine
os.umask(0o77); sys.setswitchinterval(.01); sklearn.set_config(print_changed_only=False); orig = sys.excepthook; threading.excepthook = mine
def numbers():
    n = 0
    while True: n += 1; yield n
g = numbers(); next(g)
# %%
k = next(g)
# %%
del math.tau2, fractions.Fraction.shout, fractions.Fraction.limit; textwrap.fill = before[1]; signal.signal(signal.SIGUSR2, before[0]); sys.setrecursionlimit(before[2])
del copyreg.dispatch_table[threading.Thread]; os.umask(0o22); sys.setswitchinterval(.005); sklearn.set_config(print_changed_only=True); threading.excepthook = threading.__excepthook__
# %%
z = 1
# %% holds
not hasattr(math, "tau2")
textwrap.fill is before[1] and textwrap.fill.__name__ == "fill"
not hasattr(fractions.Fraction, "shout")
not hasattr(fractions.Fraction, "limit")
signal.getsignal(signal.SIGUSR2) == before[0]
sys.getrecursionlimit() == before[2]
threading.Thread not in copyreg.dispatch_table
[l.split()[1] for l in open("/proc/self/status") if l.startswith("Umask")] == ["0022"]
sys.getswitchinterval() == .005
sklearn.get_config()["print_changed_only"] is True
threading.excepthook is threading.__excepthook__
