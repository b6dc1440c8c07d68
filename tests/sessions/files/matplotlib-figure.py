# name: matplotlib-figure
# description: a figure, its axes and artists, then more drawn on it
# lost: fig (a figure), ax (of the figure), line (of the figure), matplotlib (open figures)
# %%
%matplotlib agg
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
data = [1, 3, 2]
# %%
(line,) = ax.plot(data, label="l")
# %%
ax.set_title("T"); line.set_color("red"); n = len(ax.lines)
# %% holds
ax.figure is fig and ax.lines[0] is line
ax.get_title() == "T" and line.get_color() == "red"
n == 1 and list(line.get_ydata()) == data
