# name: case-03-function-in-an-estimator
# description: an estimator calls a session function that writes a global
# case: 3
# %%
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
calls = []
def note(X):
    calls.append(X.shape)
    return X + 1
X = np.arange(6.0).reshape(3, 2)
p = make_pipeline(FunctionTransformer(note), StandardScaler())
# %%
p.fit(X);
# %%
Y = p.transform(X)
# %% holds
len(calls) == 2
p.steps[0][1].func is note
abs(Y.mean()) < 1e-12
