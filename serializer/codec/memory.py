"""Who holds the memory that an object of C looks into and does not tell.

A buffer of pyarrow over an array of numpy holds that array where Python cannot see it. So the component is pickled once, and
where something asked for memory that lies in what was met, once more, with all memory known. Only what asks pays for it.
"""
import array
import bisect
import sys

from kernelferry.objects.array_memory import address


class Memory:
    def __init__(self):
        self._asked = []      # (address, size, whether a buffer asks) of what nobody was known for
        self._lows = None     # addresses, in order; None: not known yet
        self._owners = []     # (address, size, owner) beside them

    def place_of(self, asking, address: int, size: int, changing: bool = False):
        """(owner, offset) of memory of another object of the component, or None. changing: the one who asks may write there."""
        if not size:
            return None
        if self._lows is None:
            self._asked.append((address, size, is_buffer(asking)))
            return None
        low, _, owner = self._at(address, size) or (0, 0, asking)
        if owner is asking or changing and is_buffer(owner) and not owner.is_mutable:
            return None
        return owner, address - low

    def learn(self, met) -> bool:
        """met() -> the objects that were pickled. Whether one of them holds what somebody asked for."""
        if not self._asked or self._lows is not None:
            return False
        owners, buffers = [], []
        for each in met():
            place = _memory(each)
            if place is not None:
                (buffers if is_buffer(each) else owners).append((*place, each))
        self._keep(owners)
        found = any(self._at(low, size) for low, size, _ in self._asked)
        self._keep(owners + [buffer for buffer in buffers if not self._at(*buffer[:2])])
        return found or any(self._at(low, size) for low, size, by_buffer in self._asked if not by_buffer)

    def _keep(self, owners):
        """The widest first where one lies in another, which then needs no place of its own."""
        self._lows, self._owners, end = [], [], 0
        for low, size, owner in sorted(owners, key=lambda each: (each[0], -each[1])):
            if low + size > end:
                self._lows.append(low)
                self._owners.append((low, size, owner))
                end = low + size

    def _at(self, address: int, size: int):
        number = bisect.bisect_right(self._lows, address) - 1
        if number < 0:
            return None
        low, length, _ = self._owners[number]
        return self._owners[number] if address + size <= low + length else None


def is_buffer(each) -> bool:
    arrow = sys.modules.get("pyarrow")
    return arrow is not None and isinstance(each, arrow.Buffer)


def _memory(each):
    """(address, size) of what an object holds itself, or None."""
    if is_buffer(each):
        return (each.address, each.size) if each.is_cpu else None
    bytes_of = in_order(each)
    return (address(bytes_of), bytes_of.nbytes) if bytes_of is not None and bytes_of.nbytes else None


def in_order(holder):
    """All bytes of an array that has memory of its own, or of a bytearray, as they lie there: an array over them. Else None."""
    np = sys.modules["numpy"]
    if type(holder) in (bytearray, array.array):
        return np.frombuffer(holder, np.uint8) if len(holder) else None
    if not isinstance(holder, np.ndarray) or not holder.flags.owndata or holder.dtype.hasobject:
        return None
    flat = holder.view(np.ndarray).ravel("K")
    return None if flat.flags.owndata else flat.view(np.uint8)
