# name: trees-of-scipy
# description: trees of scipy search in the very array that they were made of
# %%
import numpy as np, scipy.spatial as ss
X = np.random.RandomState(0).rand(60, 2); tree = ss.KDTree(X); old = ss.cKDTree(X, leafsize=4); ints = ss.KDTree(np.arange(40).reshape(20, 2)); boxed = ss.KDTree(X[:30], boxsize=2.0); own = ss.KDTree(X, copy_data=True)
# %%
near = [t.query([0.5, 0.5], k=3)[1].tolist() for t in (tree, old, boxed, own)]
# %%
X[7] = 0.25; rest = [t.query_ball_point([0.25, 0.25], 0.05) for t in (tree, old, own)]
# %%
seen = [float(t.data[7, 0]) for t in (tree, old, boxed)]; far = float(own.data[7, 0]); pairs = sorted(tree.query_pairs(0.03)); node = tree.tree.children
# %% holds
seen == [0.25] * 3 and far != 0.25 and np.shares_memory(tree.data, X) and np.shares_memory(boxed.data, X) and not np.shares_memory(own.data, X)
near[0] == near[1] == near[3] and ints.query([4, 5])[1] == 2
