# name: models-of-counts
# description: negative binomial models of statsmodels that were fitted: each fit leaves in the model how its parameter is meant
# %%
import numpy as np, statsmodels.api as sm
counts = np.random.RandomState(0).poisson(3, 80); exog = sm.add_constant(np.linspace(0, 1, 80))
model = sm.NegativeBinomial(counts, exog); geometric = sm.NegativeBinomial(counts, exog, loglike_method="geometric")
# %%
fit = model.fit(disp=0); other = geometric.fit(disp=0); score = model.score
# %%
values = [round(float(v), 4) for v in (fit.llf, other.llf, model.loglike(fit.params))]
# %%
again = [round(float(v), 4) for v in (model.loglike(fit.params), fit.predict(exog[:1])[0], model.fit(disp=0).llf)]
# %% holds
fit.model is model and type(score.__self__) is type(model) and values[0] == values[2]
# %% holds after 3
score.__self__ is model and model._transparams == fit.model._transparams and model.score == score
# %% holds
again[0] == values[0] and again[2] == values[0]
