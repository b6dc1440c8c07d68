# name: state-module-names
# description: modules under other names, star imports, names imported from modules
# %%
import math as m, os.path, collections.abc as cabc
from math import *
from json import dumps as to_json, JSONDecodeError
# %%
import xml.etree.ElementTree as ET
tree = ET.fromstring("<a><b n='1'/></a>")
# %%
x = cos(0) + m.floor(pi)
# %% holds
x == 4.0 and to_json([1]) == "[1]"
os.path.__name__ == "posixpath" and cabc.Mapping is not None
tree[0].attrib == {"n": "1"}
ET.__name__ == "xml.etree.ElementTree"
