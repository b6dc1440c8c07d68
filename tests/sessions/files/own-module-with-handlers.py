# name: own-module-with-handlers
# description: a module of one's own that sets up its logging when it is imported, changed later by its own code and by cells
# %%
%%writefile noisy.py
import logging, sys
log = logging.getLogger("noisy")
style = logging.Formatter("%(levelname)s %(message)s")
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(style)
file = logging.FileHandler("noisy.log")
nothing = logging.NullHandler()
log.addHandler(handler)
log.addHandler(file)
log.setLevel("INFO")
log.propagate = False
def quieter():
    handler.setLevel("ERROR")
    handler.setFormatter(logging.Formatter("quiet %(message)s"))
    nothing.name = "none"
# %%
import noisy
noisy.log.info("one")
# %%
noisy.log.info("two")
mine = noisy.handler
# %%
noisy.quieter()
noisy.log.info("three")
noisy.log.error("four")
# %%
noisy.log.error("five"); noisy.log.info("six")
print(open("noisy.log").read())
# %% holds
mine is noisy.handler and noisy.log.handlers == [noisy.handler, noisy.file]
noisy.handler.level == 40 and noisy.nothing.name == "none"
# %% holds after 3
noisy.handler.formatter is noisy.style and noisy.handler.level == 0
