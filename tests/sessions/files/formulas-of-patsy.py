# name: formulas-of-patsy
# description: models of statsmodels that were made by a formula, and what patsy made of it
# %%
import numpy as np, pandas as pd, patsy, statsmodels.formula.api as smf
table = pd.DataFrame({"y": [1., 3, 2, 5, 4, 6, 8, 7], "x": [1., 2, 3, 4, 5, 6, 7, 8], "k": list("ababcbca")})
outcome, design = patsy.dmatrices("y ~ x + C(k)", table, return_type="dataframe"); info = design.design_info
# %%
model = smf.ols("y ~ x + C(k)", data=table); fit = model.fit()
# %%
params = fit.params.round(6).tolist(); table.loc[0, "x"] = 1.5
# %%
said = fit.predict(pd.DataFrame({"x": [9., 10], "k": ["a", "c"]})).round(6).tolist(); again = patsy.build_design_matrices([info], table)[0].shape
# %% holds
design.design_info is info and info.column_names[0] == "Intercept"
# %% holds after 3
len(params) == 4 and fit.model is model
# %% holds
len(said) == 2 and again == (8, 4)
