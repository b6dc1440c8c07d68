# name: attributes-hung-on-frames
# description: attributes that cells hang on frames and series, which their own pickling forgets
# %%
import pandas as pd
shared = [1]; df = pd.DataFrame({"a": [1, 2]}); df.name = "train"; df.meta = {"by": shared}; s = pd.Series([1, 2], name="n"); s._unit = "cm"; df.attrs["k"] = 1
class Sub(pd.DataFrame):
    _metadata = ["kind"]
    @property
    def _constructor(self): return Sub
sub = Sub({"b": [3]}); sub.kind = "own"; sub.extra = shared
# %%
def tag(x): x.tagged = True; return x
df = tag(df); col = df["a"]; copied = df.copy()
# %%
shared.append(2)
# %% holds
df.name == "train" and df.meta["by"] is shared and df.attrs == {"k": 1} and s._unit == "cm" and s.name == "n" and sub.kind == "own" and sub.extra is shared
df.tagged and not hasattr(copied, "tagged") and shared == [1, 2]
