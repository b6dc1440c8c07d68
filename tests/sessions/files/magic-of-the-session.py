# name: magic-of-the-session
# description: magics defined in the session, as a line, a cell and with state
# lost: ipython (a magic of the session)
# %%
from IPython.core.magic import register_line_magic, register_cell_magic
kept = []
@register_line_magic
def keep(line):
    kept.append(line)
@register_cell_magic
def twice(line, cell):
    for _ in range(2): exec(cell, globals())
# %%
%keep one
# %%
%%twice
kept.append("cell")
# %% holds
kept == ["one", "cell", "cell"]
