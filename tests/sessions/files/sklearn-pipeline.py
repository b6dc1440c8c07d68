# name: sklearn-pipeline
# description: a fitted pipeline, its parts under other names, a search over it (which keeps its timings)
# nondeterministic: search, pipe, scaler
# %%
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
X, y = load_iris(return_X_y=True)
scaler = StandardScaler()
# %%
pipe = make_pipeline(scaler, LogisticRegression(max_iter=200)).fit(X, y)
# %%
search = GridSearchCV(pipe, {"logisticregression__C": [0.1, 1.0]}, cv=2).fit(X, y)
proba = pipe.predict_proba(X)
# %% holds
pipe.steps[0][1] is scaler
(pipe.predict_proba(X) == proba).all()
search.best_score_ > 0.8
