# name: ctypes-classes
# description: structures and unions of the session with methods, bases, packing and bits, their instances, and what such a class makes after a resume
# %%
import ctypes
fields = [("x", ctypes.c_int), ("y", ctypes.c_double)]
class Point(ctypes.Structure):
    """A place."""
    _fields_ = fields
    unit = "m"
    def norm(self): return self.x + self.y
class Either(ctypes.Union): _fields_ = [("whole", ctypes.c_uint32), ("bytes", ctypes.c_ubyte * 4)]
Point.origin = Point(0, 0)
# %%
class Head(ctypes.Structure): _pack_ = 1; _anonymous_ = ("of",); _fields_ = [("kind", ctypes.c_byte), ("of", Either), ("low", ctypes.c_uint, 3), ("high", ctypes.c_uint, 5), ("at", Point)]
class Named(Point): _fields_ = [("name", ctypes.c_char * 8)]
class Line: Corner = type("Corner", (ctypes.Structure,), {"_fields_": [("p", Point), ("q", Point)]})
head = Head(1, low=5, high=17); head.whole = 0x01020304; at = head.at; at.x = 3
named = Named(1, 2.5, b"abc"); named.note = [1]; many = (Point * 3)(*((n, n / 2) for n in range(3))); one = many[2]
packet = bytearray(bytes(head)); seen = Head.from_buffer(packet); corner = Line.Corner(Point(1, 2.5), Point(2, 1))
# %%
head.at.y = 4.5; one.x = 20; seen.kind = 7; named.x += 1; Point.unit = "km"
# %%
later = Head(2, high=1); sizes = [ctypes.sizeof(cls) for cls in (Point, Either, Head, Named, Line.Corner)]; total = sum(p.norm() for p in many); fresh = Named(5, 5, b"z")
# %% holds
(head.kind, head.whole, list(head.bytes), head.low, head.high) == (1, 0x01020304, [4, 3, 2, 1], 5, 17) and at.x == 3 and at.y == 4.5 and at._b_base_ is head
named.norm() == 4.5 and named.name == b"abc" and named.note == [1] and many[2].x == 20 and one._b_base_ is many and packet[0] == 7 and seen.at.x == 3
Point._fields_ is fields and Point.__doc__ == "A place." and Point.origin.norm() == 0 and named.unit == "km" and isinstance(named, Point) and Named.__bases__ == (Point,)
type(Point) is type(ctypes.Structure) and list(vars(Point)) == ["__module__", "__doc__", "_fields_", "unit", "norm", "__dict__", "__weakref__", "x", "y", "origin"]
sizes == [16, 4, 25, 24, 32] and total == 22.5 and bytes(later)[:1] == b"\2" and later.high == 1 and (corner.p.y, corner.q.x) == (2.5, 2) and type(corner) is Line.Corner
fresh.norm() == 10 and Head.low.offset == 5 and Head.kind.size == 1
