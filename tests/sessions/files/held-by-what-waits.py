# name: held-by-what-waits
# description: what only objects that wait for the collector hold is held by nobody else: models of formulas, views of graphs
# %%
import networkx as nx, numpy as np, pandas as pd, statsmodels.formula.api as smf
d = pd.DataFrame({"x": np.arange(20.0), "y": np.arange(20.0) % 7})
g = nx.DiGraph([("a", "b"), ("b", "c")])
# %%
m = smf.glm("y ~ x", d); res = m.fit()
# %%
order = list(nx.topological_sort(g.subgraph("abc")))
# %% holds
order == ["a", "b", "c"] and res.model is m
