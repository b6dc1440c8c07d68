# name: attributes-deleted-from-libraries
# description: what cells delete from modules and classes of libraries, and a function that a library wraps under its own name
# lost: modules (what lru_cache made of a function of a library bears its name), first (the cache holds it), second (the cache holds it)
# %%
import textwrap, string, fractions, json, functools, pandas as pd
frame = pd.DataFrame({"a": [1]})
# %%
del pd.DataFrame._repr_html_, fractions.Fraction.limit_denominator
delattr(textwrap, "shorten"); del string.octdigits
# %%
json.loads = functools.lru_cache(json.loads); first, second = json.loads("[1]"), json.loads("[1]")
# %%
same = first is second
# %% holds
same
not hasattr(pd.DataFrame, "_repr_html_") and not hasattr(textwrap, "shorten") and not hasattr(string, "octdigits") and not hasattr(fractions.Fraction, "limit_denominator")
# %% holds after 2
not hasattr(pd.DataFrame, "_repr_html_") and not hasattr(textwrap, "shorten") and not hasattr(string, "octdigits") and not hasattr(fractions.Fraction, "limit_denominator")
