# name: containers-that-functions-of-libraries-fill
# description: what functions of libraries put where no cell names: extensions of images, constructors and resolvers of YAML, browsers, a switch of attrs; sets in slots
# %%
import PIL.Image, re, webbrowser, yaml, attr, matplotlib.colors, networkx as nx
from PIL.Image import register_mime
PIL.Image.register_extension("PNG", ".ferry")
nx.config.warnings_to_ignore.add("cache")
# %%
register_mime("PNG", "image/ferry")
webbrowser.register("ferry", None, webbrowser.GenericBrowser("true"))
attr.validators.set_disabled(True)
def included(loader, node): return 5
yaml.add_constructor("!include", included, Loader=yaml.SafeLoader)
yaml.add_constructor("!none", yaml.SafeLoader.construct_yaml_null, Loader=yaml.SafeLoader)
yaml.add_implicit_resolver("!none", re.compile(r"[$]\w+"), None, yaml.SafeLoader)
# %%
yaml.SafeLoader.add_constructor("!ferry", yaml.SafeLoader.construct_yaml_str)
yaml.add_constructor("!up", yaml.SafeLoader.construct_yaml_str)
matplotlib.colors.TABLEAU_COLORS["tab:ferry"] = "#010203"
# %% holds after 2
(PIL.Image.EXTENSION[".ferry"], PIL.Image.MIME["PNG"]) == ("PNG", "image/ferry") and nx.config.warnings_to_ignore == {"cache"}
webbrowser.get("ferry").name == "true" and attr.validators.get_disabled()
yaml.load("!include y", yaml.SafeLoader) == 5 and yaml.safe_load("[$x, y]") == [None, "y"]
# %% holds
yaml.load("[!ferry y, !include y]", yaml.SafeLoader) == ["y", 5] and yaml.load("!up y", yaml.FullLoader) == yaml.load("!up y", yaml.Loader) == "y"
"!ferry" not in yaml.constructor.SafeConstructor.yaml_constructors and matplotlib.colors.TABLEAU_COLORS["tab:ferry"] == "#010203"
