# name: scipy-distributions
# description: distributions of scipy that cells have made: continuous, discrete, of given values, frozen, with parameters
# %%
import numpy as np
from scipy import stats
class Triangle(stats.rv_continuous):
    def _pdf(self, x): return 2 * x
    def _cdf(self, x): return x ** 2
class Power(stats.rv_continuous):
    def _cdf(self, x, k): return x ** k
class Coins(stats.rv_discrete):
    def _pmf(self, k, p): return p * (1 - p) ** k
tri = Triangle(a=0, b=1, name="tri"); power = Power(a=0, b=1); coins = Coins(name="coins"); given = stats.rv_discrete(values=([1, 2, 5], [.2, .3, .5]))
# %%
half = tri.cdf(.5); moved = tri(loc=2); cubic = power(k=3); tri.note = notes = ["mine"]; same = {"tri": tri}
normal = stats.norm(loc=3); draws = tri.rvs(size=3, random_state=1).round(6).tolist()
# %%
means = [round(float(d.mean()), 6) for d in (moved, cubic, given, normal)]; notes.append("more")
# %%
late = [round(float(v), 6) for v in (power.cdf(.5, 2), coins.pmf(2, .5), given.ppf(.9), cubic.ppf(.125), moved.ppf(.25))]; more = tri.rvs(size=2, random_state=2).round(6).tolist()
# %% holds
half == .25 and moved.dist.__class__ is Triangle and type(tri) is Triangle
# %% holds after 3
means == [2.666667, .75, 3.3, 3.0] and tri.note is notes and same["tri"] is tri and given.xk.tolist() == [1, 2, 5]
# %% holds
late == [.25, .125, 5.0, .5, 2.5] and len(more) == 2
