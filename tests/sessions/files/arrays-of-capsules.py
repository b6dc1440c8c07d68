# name: arrays-of-capsules
# description: arrays in memory that a library has allocated and given out once, and views of them
# %%
import numpy as np; from scipy.optimize import nnls
from sklearn.linear_model import LinearRegression
x, norm = nnls(np.eye(3), np.array([1., 2, 3])); part = x[1:]
# %%
reg = LinearRegression(positive=True).fit(np.eye(4), np.array([1., 2, 3, 4])); coefficients = reg.coef_
part[0] = 20
# %%
x[2] = 30; coefficients[0] = 9; again = reg.predict(np.eye(4)).round(6).tolist()
# %% holds
x.tolist()[1] == 20 and part.base is x and coefficients is reg.coef_
# %% holds after 3
part.tolist() == [20, 30] and reg.coef_[0] == 9
