# name: loggers-and-handlers
# description: loggers are the library's own; levels and handlers of the session
# %%
import logging, sys
seen = []
class Keep(logging.Handler):
    def emit(self, record): seen.append(record.getMessage())
log = logging.getLogger("ferry.test.one"); keep = Keep(); log.addHandler(keep); log.setLevel(logging.INFO); log.propagate = False
# %%
log.info("a %s", 1); log.debug("no"); child = log.getChild("kid")
to_file = logging.FileHandler("app.log", mode="w"); to_file.setFormatter(logging.Formatter("%(levelname)s %(message)s")); child.addHandler(to_file)
to_cell = logging.StreamHandler(sys.stdout); to_cell.setLevel(logging.ERROR); child.addHandler(to_cell)
# %%
child.warning("b"); keep.setLevel(logging.ERROR); child.warning("c")
# %%
child.error("d")
# %% holds
log is logging.getLogger("ferry.test.one") and child.parent is log and seen == ["a 1", "b", "d"]
log.handlers == [keep] and not log.propagate and log.level == logging.INFO and keep.level == logging.ERROR
child.handlers == [to_file, to_cell] and to_cell.stream is sys.stdout
open("app.log").read().split("\n") == ["WARNING b", "WARNING c", "ERROR d", ""]
