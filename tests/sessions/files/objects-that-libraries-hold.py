# name: objects-that-libraries-hold
# description: generators of random numbers that libraries hold, settings on objects that libraries hold
# %%
import sympy.core.random as scr, scipy.stats as st, numpy as np, reprlib, uuid, random
scr.seed(3); a = scr.random(); st.norm.random_state = np.random.RandomState(4)
# %%
b = scr.random(); n1 = st.norm.rvs(); reprlib.aRepr.maxlist = 2
# %%
c = scr.random(); n2 = st.norm.rvs(); sh = reprlib.repr([1, 2, 3])
# %%
import string, json
json._default_encoder.ensure_ascii = False; enc = json._default_encoder; d = scr.random()
# %% holds
sh == "[1, 2, ...]"
json._default_encoder.ensure_ascii is False
st.norm.random_state is not np.random.mtrand._rand
