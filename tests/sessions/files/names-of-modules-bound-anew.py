# name: names-of-modules-bound-anew
# description: what cells import from a module whose name a variable has by now: entries that functions of it and methods fill in are there
# %%
import yaml as y
from yaml import SafeLoader
yaml = {}
from tqdm import tqdm
import PIL.Image as I
from PIL.Image import register_mime, register_extension
PIL = 3
# %%
SafeLoader.add_constructor("!ferry", y.SafeLoader.construct_yaml_str)
register_mime("PNG", "image/ferry")
register_extension("PNG", ".ferry")
from email.charset import ALIASES
email = "a@b.c"
ALIASES["mine"] = "utf-8"
from keyword import kwlist
keyword = 5
kwlist.append("mine")
# %%
x = 1
# %% holds
y.load("!ferry y", y.SafeLoader) == "y"
I.MIME["PNG"] == "image/ferry"
I.EXTENSION[".ferry"] == "PNG"
ALIASES["mine"] == "utf-8"
"mine" in kwlist and "mine" in __import__("sys").modules["keyword"].kwlist
