# name: settings-in-objects-of-libraries
# description: what is set in objects and registries that libraries keep: renderers, contexts, configurations in each other, extensions, names, defaults; and what is hung on loggers
# %%
import copyreg, decimal, html.entities, logging, matplotlib as mpl, matplotlib.font_manager, multiprocessing as mp, multiprocessing.forkserver, networkx as nx, plotly.io as pio
decimal.BasicContext.prec = 5
mpl.rcParamsDefault["lines.linewidth"] = 9
# %%
pio.renderers["png"].width = 321
nx.config.backend_priority.algos = ["networkx"]
mp.current_process().name = "ferry"; mp.set_forkserver_preload(["fractions"])
copyreg.add_extension("fractions", "Fraction", 77)
del html.entities.name2codepoint["AElig"]
mpl.font_manager.fontManager.addfont(mpl.font_manager.findfont("DejaVu Serif:bold"))
# %%
def prepared(name):
    return logging.getLogger(name)
prepared("ferry.hung").mine = 5
setattr(prepared("ferry.computed"), "no" + "te", [1])
logging.getLogger().notify = prepared
# %% holds after 2
(decimal.BasicContext.prec, mpl.rcParamsDefault["lines.linewidth"], pio.renderers["png"].width) == (5, 9, 321)
nx.config.backend_priority.algos == ["networkx"] and mp.current_process().name == "ferry"
mp.forkserver._forkserver._preload_modules == ["fractions"] and copyreg._inverted_registry[77] == ("fractions", "Fraction")
"AElig" not in html.entities.name2codepoint
# %% holds
(logging.getLogger("ferry.hung").mine, logging.getLogger("ferry.computed").note) == (5, [1])
logging.getLogger().notify is prepared
