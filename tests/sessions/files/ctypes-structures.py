# name: ctypes-structures
# description: structures, arrays and pointers of ctypes, in memory of their own and of each other
# lost: p (a pointer), arr (a pointer reaches it)
# %%
import ctypes
class Point(ctypes.Structure): _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double)]
class Line(ctypes.Structure): _fields_ = [("a", Point), ("b", Point)]
pt = Point(1, 2.5); arr = (ctypes.c_int * 3)(1, 2, 3); num = ctypes.c_long(7)
# %%
whole = Line(Point(1, 1), Point(2, 2)); inner = whole.a; p = ctypes.pointer(arr); pt.x = 10
# %%
inner.x = 50; p.contents[1] = 20; num.value += 1
# %% holds
pt.x == 10 and pt.y == 2.5 and num.value == 8 and isinstance(pt, Point)
whole.a.x == 50 and arr[1] == 20
