# name: module-changed-behind-its-import
# description: a cell imports modules one after the other and hangs a list of its own on one of them, by a name that it spells nowhere
# %%
import colorsys
from keyword import iskeyword
cfg = [1]
setattr(colorsys, "EX" + "TRA", cfg)
# %%
cfg.append(2)
# %% holds
colorsys.EXTRA is cfg and cfg == [1, 2]
iskeyword("if")
