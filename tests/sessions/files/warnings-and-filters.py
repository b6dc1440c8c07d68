# name: warnings-and-filters
# description: filters of warnings, once-registries and captured warnings
# %%
import warnings
warnings.filterwarnings("ignore", message="ferry quiet"); warnings.simplefilter("error", DeprecationWarning)
def risky(kind):
    try: warnings.warn("ferry loud", kind); return "ok"
    except Warning as w: return type(w).__name__
# %%
outcomes = [risky(DeprecationWarning)]
with warnings.catch_warnings(record=True) as caught: warnings.simplefilter("always"); warnings.warn("ferry kept")
messages = [str(w.message) for w in caught]; del caught
# %%
outcomes.append(risky(DeprecationWarning))
# %% holds
outcomes == ["DeprecationWarning", "DeprecationWarning"] and messages == ["ferry kept"] and risky(DeprecationWarning) == "DeprecationWarning"
any(f[1] is not None and "ferry quiet" in f[1].pattern for f in warnings.filters)
