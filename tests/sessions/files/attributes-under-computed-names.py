# name: attributes-under-computed-names
# description: what cells set on modules, classes and objects of libraries under names that they do not spell
# %%
import json, math, textwrap, email.policy
from fractions import Fraction
import numpy as np
# %%
n = "ensure_" + "ascii"
setattr(json._default_encoder, n, False)
setattr(Fraction, "li" + "mit", 5)
for k, v in {"colour": "red", "size": 3}.items():
    setattr(Fraction, k, v)
# %%
setattr(math, "ta" + "u2", 12.5)
vars(textwrap).update(setting=3)
np.__dict__["foo"] = 5
email.policy.default.content_manager.mine = 5
# %%
import statistics, string
from collections import ChainMap
for k in ["alpha", "beta"]:
    setattr(statistics, k, len(k))
    setattr(ChainMap, k, len(k))
globals()["string"].extra = [1, 2]
# %%
text = json.dumps("ä")
# %% holds
text == '"ä"' and json._default_encoder.ensure_ascii is False
(Fraction.limit, Fraction.colour, Fraction.size) == (5, "red", 3)
(math.tau2, textwrap.setting, np.foo) == (12.5, 3, 5)
email.policy.default.content_manager.mine == 5
(statistics.alpha, statistics.beta, ChainMap.alpha, ChainMap.beta) == (5, 4, 5, 4)
string.extra == [1, 2]
