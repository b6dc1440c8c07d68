# name: case-13-logging-handler
# description: a handler that logging holds writes a list of the session
# case: 13
# %%
import logging
rec = []
class H(logging.Handler):
    def emit(self, record):
        rec.append(record.getMessage())
log = logging.getLogger("ferry.case13")
log.setLevel("INFO")
h = H(); log.addHandler(h); log.propagate = False
# %%
log.info("one")
# %%
logging.getLogger("ferry.case13").info("two")
# %% holds
rec == ["one", "two"]
log is logging.getLogger("ferry.case13")
