# name: callbacks-of-figures
# description: functions that were connected to sliders, norms and canvases are not called after a resume, and the report says so
# lost: norm (changed is not connected), slider (moved is not connected), fig (its callbacks), ax (of the figure)
# %%
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
# %%
del seen[:]
# %%
slider.set_val(3)
norm.vmax = 4.0
# %%
norm.callbacks.disconnect(number)
norm.vmax = 5.0
fig.canvas.callbacks.process("figure_enter_event", None)
# %% holds
[each for each in seen if each != "entered"] == [("moved", 3), "changed"]
"entered" in seen
norm.vmax == 5.0 and slider.val == 3
