# name: lists-of-libraries-through-parameters
# description: lists and sets of libraries that functions of cells fill, replace in and sort through a parameter, also in the cell that imports them
# %%
import keyword, networkx as nx
import matplotlib.font_manager
# %%
def add(items, value):
    items.append(value) if isinstance(items, list) else items.add(value)
def replace(items):
    items[0] = "first"
add(keyword.kwlist, "mine")
replace(keyword.softkwlist)
add(nx.config.warnings_to_ignore, "cache")
def turn(items):
    items.sort(reverse=True)
turn(matplotlib.font_manager.X11FontDirectories)
matplotlib.font_manager.MSUserFontDirectories
# %%
import xml.sax
replace(xml.sax.default_parser_list)
class Filler:
    def __init__(self, target): self.target = target
    def fill(self): self.target.append(5)
import PIL.Image
Filler(PIL.Image.ID).fill()
# %%
x = 1
# %% holds after 2
"mine" in keyword.kwlist and keyword.softkwlist[0] == "first"
"cache" in nx.config.warnings_to_ignore
matplotlib.font_manager.X11FontDirectories == sorted(matplotlib.font_manager.X11FontDirectories, reverse=True)
# %% holds
"mine" in keyword.kwlist and keyword.softkwlist[0] == "first"
"cache" in nx.config.warnings_to_ignore
xml.sax.default_parser_list == ["first"] and PIL.Image.ID[-1] == 5
