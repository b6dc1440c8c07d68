# name: case-19-attribute-put-into-a-module
# description: the session's own data as attributes of library modules
# case: 19
# lost: modules (attributes of json and numpy)
# %%
import json, decimal
import numpy as np
a = [1]
# %%
np.my_cache = a
json.my_name = "x"
# %%
np.my_cache.append(2)
decimal.getcontext().prec = 7
# %% holds
a == [1, 2]
np.my_cache is a
json.my_name == "x"
decimal.getcontext().prec == 7
