# name: sklearn-arrays-behind-views
# description: arrays that Cython hands out through a memoryview, with views of them beside
# %%
import numpy as np
from sklearn.neighbors import KDTree
from sklearn.tree import DecisionTreeClassifier
X = np.random.RandomState(0).rand(40, 3); y = (X[:, 0] + X[:, 1] > 1).astype(int)
path = DecisionTreeClassifier(random_state=0).cost_complexity_pruning_path(X, y)
tree = KDTree(X, leaf_size=4)
# %%
alphas, impurities = path.ccp_alphas, path.impurities
first = alphas[:-1]; data, order, nodes, bounds = tree.get_arrays(); part = data[::2]
# %%
alphas = alphas[:-1]; first[0] = 7.; part[1] = -1.
# %% holds
path.ccp_alphas[0] == 7. == alphas[0] and first.base is path.ccp_alphas and alphas.base is path.ccp_alphas
X[2].tolist() == [-1., -1., -1.] and np.shares_memory(part, X) and type(path.ccp_alphas.base) is memoryview
np.shares_memory(X, tree.get_arrays()[0]) and impurities is path.impurities
