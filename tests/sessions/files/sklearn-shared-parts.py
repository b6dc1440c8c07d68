# name: sklearn-shared-parts
# description: estimators that share a generator, a base estimator, a transformer or the data they were fitted on
# %%
import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, FunctionTransformer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import ShuffleSplit
rng = np.random.RandomState(0); X = rng.rand(30, 2); y = (X[:, 0] > 0.5).astype(int); used = []
def note(a): used.append(len(a)); return a
scale = StandardScaler(); one = make_pipeline(FunctionTransformer(note), scale, KNeighborsClassifier(3)); sgd = SGDClassifier(random_state=rng, warm_start=True); split = ShuffleSplit(2, random_state=rng)
# %%
one.fit(X, y); parts = [list(b) for _, b in split.split(X)]
# %%
sgd.partial_fit(X, y, classes=[0, 1]); two = make_pipeline(scale, sgd); w0 = sgd.coef_
# %%
sgd.partial_fit(X[:5], y[:5]); guess = one.predict(X[:4]).tolist(); nxt = rng.randint(1000)
print(nxt, sgd.coef_.round(6).tolist())
# %% holds
one.steps[1][1] is scale and two.steps[0][1] is scale and two.steps[1][1] is sgd and sgd.random_state is rng and split.random_state is rng
used == [30, 4] and guess == y[:4].tolist() and one.steps[0][1].func is note and scale.n_samples_seen_ == 30 and w0.shape == (1, 2)
