# name: sklearn-with-own-code
# description: estimators that hold functions and classes of the session
# %%
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.preprocessing import FunctionTransformer
calls = []
def double(x): calls.append(len(x)); return x * 2
class Shift(TransformerMixin, BaseEstimator):
    def __init__(self, by=1): self.by = by
    def fit(self, X, y=None): self.seen_ = X.shape; return self
    def transform(self, X): return X + self.by
ft, sh = FunctionTransformer(double), Shift(5)
# %%
out = sh.fit_transform(ft.fit_transform(np.ones((2, 2)))); twin = clone(sh)
# %%
sh.set_params(by=7); again = ft.transform(np.zeros((3, 1)))
# %% holds
ft.func is double and calls[-1] == 3 and out.tolist() == [[7, 7], [7, 7]]
twin.by == 5 and type(twin) is Shift and sh.get_params() == {"by": 7} and sh.seen_ == (2, 2)
