# name: attributes-hung-on-objects
# description: attributes that cells hang on objects of libraries whose own pickling forgets them; what a class leaves out itself stays out
# %%
import collections, random
import numpy as np, pandas as pd, plotly.express as px
from PIL import Image
from scipy.spatial import KDTree
from sklearn.neighbors import KDTree as Neighbors
class Event(pd.Timestamp): pass
log = [1]; c = collections.Counter("aab"); r = random.Random(3); im = Image.new("L", (2, 2)); ts = pd.Timestamp("2020-01-01"); at = {"first": ts}
tree = KDTree(np.arange(8.0).reshape(4, 2)); near = Neighbors([[0.0], [1.0]]); per = pd.Period("2020"); per.start_time; e = Event("2020-01-02")
# %%
for each in (c, r, im, tree, near, per, ts, e): each.note = log
c.name = "letters"; im.info["note"] = log; im.name = "grey"; r.gauss(0, 1); tree.tree
del each
# %%
old = ts; fig = px.scatter(x=[1, 2, 3], y=[2, 4, 7], trendline="ols"); td = pd.Timedelta(1, "h"); td.unit_name = "hour"; c.most_common = lambda n=None: "mine"
# %%
log.append(2); ts.note = [ts.note, 3]; c.update("c"); del im.name; e.kind = "own"
# %%
r.seen = r.random(); td.more = at
# %% holds
c.note is log and r.note is log and im.note is log and tree.note is log and near.note is log and per.note is log and e.note is log
c == collections.Counter("aabc") and c.name == "letters" and c.most_common() == "mine" and im.info["note"] is log and not hasattr(im, "name")
at["first"] is ts and old is ts and ts.note[0] is log and ts.note[1] == 3 and log == [1, 2] and e.kind == "own"
len(px.get_trendline_results(fig)) == 1 and td.unit_name == "hour" and td.more is at
# %% holds after 2
c.note is log and ts.note is log and at["first"].note is log and im.name == "grey" and e.note is log
