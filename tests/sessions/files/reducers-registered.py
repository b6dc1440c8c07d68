# name: reducers-registered
# description: reducers of the session in the table of copyreg
# %%
import copyreg, copy, pickle
class Point:
    def __init__(self, x): self.x = x
def reduce_point(p): return Point, (p.x,)
p = Point(1)
# %%
copyreg.pickle(Point, reduce_point); q = copy.copy(p)
# %%
r = copy.deepcopy(p)
# %% holds
p.x == q.x == r.x == 1 and copyreg.dispatch_table.get(Point) is reduce_point
