# name: filters-of-loggers
# description: functions and objects that cells gave loggers as filters, with and without a name
# %%
import logging
seen = []
class Keep(logging.Handler):
    def emit(self, record): seen.append(record.getMessage())
class Without:
    def __init__(self, word): self.word, self.met = word, 0
    def filter(self, record): self.met += 1; return self.word not in record.getMessage()
def longer_than(n): return lambda record: len(record.getMessage()) > n
log = logging.getLogger("ferry.test.filters"); keep = Keep(); log.addHandler(keep); log.setLevel(logging.INFO); log.propagate = False
# %%
log.addFilter(lambda record: "secret" not in record.getMessage()); log.addFilter(longer_than(2)); log.addFilter(longer_than(3)); log.addFilter(logging.Filter("ferry.test"))
quiet = Without("noise"); log.addFilter(quiet); logging.getLogger("ferry.test.other").addFilter(Without("else"))
log.info("noise of words")
# %%
log.info("a secret"); log.info("fine words"); log.info("noise"); log.info("abc")
# %%
log.info("abcd"); logging.getLogger("ferry.test.other").filters[0].met += 1
# %% holds
seen == ["fine words", "abcd"] and quiet.met == 4
len(log.filters) == 5 and log.filters[4] is quiet and log.filters[3].name == "ferry.test"
[(each.word, each.met) for each in logging.getLogger("ferry.test.other").filters] == [("else", 1)]
