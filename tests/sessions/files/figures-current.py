# name: figures-current
# description: which figure and axes are current, what hangs on them, and styles
# %%
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
fig, (left, right) = plt.subplots(1, 2, num="two"); line, = left.plot([1, 2, 3], label="l"); lone = plt.figure(7)
# %%
plt.figure("two"); plt.sca(right); plt.plot([3, 1]); line.set_ydata([5, 6, 7]); plt.rcParams["lines.linewidth"] = 4.5
# %%
text = right.set_title("T"); plt.close(7); nums = plt.get_fignums()
# %% holds
plt.gcf() is fig and plt.gca() is right and left.lines[0] is line and list(line.get_ydata()) == [5, 6, 7]
right.get_title() == "T" and right.title is text and nums == [fig.number] and plt.rcParams["lines.linewidth"] == 4.5
len(right.lines) == 1 and fig.axes == [left, right]
