# name: functions-with-parts-exchanged
# description: code, closure cells, names and annotations of functions that were changed after they were made
# %%
import types
def outer():
    state = [0]
    def inc(): state[0] += 1; return state[0]
    def get(): return state
    return inc, get
inc, get = outer(); cell = inc.__closure__[0]
def one(x): return x + 1
def two(x): return x * 2
# %%
cell.cell_contents = [10]; inc(); one.__code__ = two.__code__; kept = get
# %%
code = compile("y = one(4)", "<made>", "exec"); exec(code); one.__name__, one.__qualname__ = "uno", "A.uno"
three = types.FunctionType(two.__code__.replace(co_consts=(None, 3)), globals(), "three"); empty = types.CellType()
# %%
bound = types.MethodType(lambda self, n: self.append(n), get()); bound(5); two.__globals__["planted"] = 1
# %% holds
get() == [11, 5] and kept is get and inc.__closure__[0] is cell and bound.__self__ is get()
# %% holds after 3
one(5) == 10 and y == 8 and one.__name__ == "uno" and three(2) == 6
one.__code__ == two.__code__ and code.co_filename == "<made>"
# %% holds after 4
planted == 1 and one.__globals__ is globals()
