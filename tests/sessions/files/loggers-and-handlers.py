# name: loggers-and-handlers
# description: loggers are the library's own; levels and handlers of the session
# lost: keep (a handler holds a lock), logging (its handler)
# %%
import logging
seen = []
class Keep(logging.Handler):
    def emit(self, record): seen.append(record.getMessage())
log = logging.getLogger("ferry.test.one"); keep = Keep(); log.addHandler(keep); log.setLevel(logging.INFO); log.propagate = False
# %%
log.info("a %s", 1); log.debug("no"); child = log.getChild("kid")
# %%
child.warning("b"); keep.setLevel(logging.ERROR); child.warning("c")
# %% holds
log is logging.getLogger("ferry.test.one") and child.parent is log and seen == ["a 1", "b"]
log.handlers == [keep] and not log.propagate and log.level == logging.INFO and keep.level == logging.ERROR
