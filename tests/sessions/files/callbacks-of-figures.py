# name: callbacks-of-figures
# description: functions and methods that were connected to sliders, norms and canvases are called after a resume
# %%
import functools
import matplotlib.pyplot as plt
from matplotlib import colors
from matplotlib.widgets import Slider

seen = []


def moved(value):
    seen.append(("moved", value))


def changed():
    seen.append("changed")


norm = colors.Normalize(0.0, 2.0)
number = norm.callbacks.connect("changed", changed)
fig, ax = plt.subplots()
slider = Slider(ax, "s", 0, 10, valinit=1)
again = slider.on_changed(moved)
entered = fig.canvas.mpl_connect("figure_enter_event", lambda event: seen.append("entered"))


class Follower:
    def __init__(self, ax):
        self.limits = []
        self.number = ax.callbacks.connect("xlim_changed", self.follow)

    def follow(self, ax):
        self.limits.append(ax.get_xlim())


def counter(of):
    count = 0

    def one_more(ax):
        nonlocal count
        count += 1
        of.append(count)
    return one_more


class Caller:
    def __init__(self): self.calls = 0
    def __call__(self, *which): self.calls += 1


follower, counts = Follower(ax), []; counting = ax.callbacks.connect("ylim_changed", counter(counts))
values, caller = [], Caller()
slider.on_changed(values.append); slider.on_changed(caller); ax.callbacks.connect("ylim_changed", caller)
partial = ax.callbacks.connect("ylim_changed", functools.partial(lambda to, ax: to.append("partial"), values))
# %%
del seen[:]
# %%
slider.set_val(3); ax.set_xlim(0, 5); ax.set_ylim(1, 2)
norm.vmax = 4.0
# %%
norm.callbacks.disconnect(number)
norm.vmax = 5.0
fig.canvas.callbacks.process("figure_enter_event", None); ax.callbacks.disconnect(follower.number); ax.set_xlim(2, 3); ax.set_ylim(1, 3)
# %% holds
[each for each in seen if each != "entered"] == [("moved", 3), "changed"]
"entered" in seen and follower.limits == [(0.0, 5.0)] and counts == [1, 2]
norm.vmax == 5.0 and slider.val == 3 and values == [3, "partial", "partial"] and caller.calls == 3
