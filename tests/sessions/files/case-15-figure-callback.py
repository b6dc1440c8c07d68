# name: case-15-figure-callback
# description: a callback on a canvas; pyplot draws into the current figure without naming it
# case: 15
# %%
%matplotlib agg
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
drawn = []
cid = fig.canvas.mpl_connect("draw_event", lambda event: drawn.append(event.name))
# %%
line = plt.plot([1, 3, 2])[0]
# %%
fig.canvas.draw()
# %%
before = len(drawn); ax.set_title("anew")
# %%
anew = len(drawn) - before
# %% holds
set(drawn) == {"draw_event"} and anew == 1
ax.lines[0] is line
list(line.get_ydata()) == [1, 3, 2]
ax.figure is fig
