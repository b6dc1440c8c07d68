# name: sklearn-warm-start
# description: estimators trained further in place, and parts of them under other names
# %%
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.pipeline import make_pipeline
rng = np.random.RandomState(0); X = rng.normal(size=(40, 3)); y = (X[:, 0] > 0).astype(int)
scaler = StandardScaler(); clf = SGDClassifier(random_state=0); pipe = make_pipeline(scaler, clf); pipe.fit(X, y)
# %%
coef = clf.coef_; clf.partial_fit(scaler.transform(X), y)
# %%
after = clf.coef_.copy(); pred = pipe.predict(X); steps = pipe.named_steps
# %% holds
pipe.steps[0][1] is scaler and pipe.steps[1][1] is clf and pipe[-1] is clf
np.array_equal(after, clf.coef_) and pred.shape == (40,) and (pipe.predict(X) == pred).all()
scaler.n_samples_seen_ == 40
