# name: chainmap-layers
# description: layers of ChainMaps, user-made lists and strings over data that others hold
# %%
from collections import ChainMap, UserList, UserString, UserDict
low, mid = {"a": 1}, {"b": [2]}; c = ChainMap({}, mid, low); kid = c.new_child({"a": 9}); up = kid.parents; nested = ChainMap(c, {"z": 0})
ul = UserList(mid["b"]); raw = ul.data; us = UserString("text"); ud = UserDict(low); ud.data = low
# %%
c["b2"] = 3; kid["b"].append(4); up.maps[0]["q"] = 5; ud["d"] = 6
# %%
kid.maps.insert(0, mid); raw.append(7); nested["z"] = 1; low.pop("a")
# %% holds
dict(c) == {"d": 6, "b": [2, 4], "b2": 3, "q": 5, "z": 1} and kid["a"] == 9 and kid.maps[0] is mid and kid.maps[3] is mid
up.maps[0] is c.maps[0] and nested.maps[0] is c and c["z"] == 1 and nested.maps[1] == {"z": 0}
ul == [2, 7] and ul.data is raw and low == {"d": 6} and ud.data is low and str(us) == "text"
