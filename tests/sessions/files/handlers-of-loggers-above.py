# name: handlers-of-loggers-above
# description: handlers and filters of a logger that stands above the one a cell logs to, which no variable holds
# %%
import logging
lines, met, kept, marks = [], [], [], []
class Keep(logging.Handler):
    def emit(self, record): lines.append(record.getMessage())
class Twice(logging.Handler):
    def __init__(self, mark): super().__init__(); self.mark = mark
    def emit(self, record): marks.append(self.mark)
class Count(logging.Handler):
    def emit(self, record): kept.append(record.getMessage())
def meets(record): met.append(record.levelname); return True
app = logging.getLogger("ferry.app"); app.setLevel(logging.INFO); app.propagate = False
child = app.getChild("kid")
# %%
app.addHandler(Keep()); app.addHandler(Twice(1)); app.addHandler(Twice(1)); app.addHandler(Twice(2)); app.addFilter(meets); count = Count(); app.addHandler(count)
# %%
child.info("a"); app.info("b")
# %%
child.warning("c")
# %% holds
lines == kept == ["a", "b", "c"] and met == ["INFO"] and marks == [1, 1, 2] * 3
