# name: case-20-forest-grown-in-place
# description: a warm-started forest grows in memory that Python does not see
# case: 20
# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3)); y = (X[:, 0] > 0).astype(int)
rf = RandomForestClassifier(3, warm_start=True, random_state=1)
# %%
_ = rf.fit(X, y)
# %%
_ = rf.set_params(n_estimators=6).fit(X, y)
# %%
p = rf.predict_proba(X)
# %% holds
len(rf.estimators_) == 6
(rf.predict_proba(X) == p).all()
rf.estimators_[5].tree_.node_count > 1
