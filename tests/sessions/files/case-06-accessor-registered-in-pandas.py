# name: case-06-accessor-registered-in-pandas
# description: a class without a name, registered in pandas, writes a global
# case: 6
# lost: modules (an attribute of pandas.DataFrame)
# %%
import pandas as pd
used = []
@pd.api.extensions.register_dataframe_accessor("geo")
class _Geo:
    def __init__(self, frame):
        self.frame = frame
    def go(self):
        used.append(len(self.frame))
        return self.frame["x"].sum()
df = pd.DataFrame({"x": [1, 2, 3]})
# %%
total = df.geo.go()
# %%
more = df.geo.go() + 1
# %% holds
used == [3, 3]
(total, more) == (6, 7)
