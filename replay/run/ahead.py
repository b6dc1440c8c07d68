"""Components decoded before the session arrives, while cells still run where it is (docs/link.md, "Ahead").

What is decoded here is bound to no name and compared like everything else once the session is here. It may turn out not to be
wanted, since a cell has changed it meanwhile, and is dropped then. So only components are taken of which nothing can be left
behind: those that refer to no other component, name no code, and consist of plain data of Python and of libraries whose objects
register nowhere.
"""

from kernelferry import capsule, codec

PLAIN = frozenset({"builtins", "copyreg", "_codecs", "collections", "datetime", "decimal", "fractions", "array", "numpy", "pandas", "scipy"})
FIRST = frozenset({"modules", "limits"})  # of the items that come before variables, those under which they are decoded alike


def may_come(manifest) -> list[str]:
    """Blobs of a generation that may be decoded ahead; none where the session has changed what imports stand on."""
    before = {name for name, kind in capsule.KINDS.items() if kind.prepare}  # what is applied before anything is decoded
    if not before.intersection(item.name for item in manifest.process) <= FIRST:
        return []
    return [entry.blob for entry in manifest.components
            if entry.blob and entry.way == "stored" and not (entry.needs or entry.exports or entry.mentions or entry.opaque or entry.held_by)]


class Ahead:
    def __init__(self, namespace):
        self.namespace = namespace
        self.decoded = {}  # blob -> codec.Decoded

    def decode(self, reader, blobs):
        """Exactly these blobs are there afterwards, as far as they can be: what is wrong with others is told when they are loaded."""
        self.decoded = {blob: self.decoded[blob] for blob in blobs if blob in self.decoded}
        for blob in blobs:
            if blob in self.decoded:
                continue
            try:
                self.decoded[blob] = codec.decode(memoryview(reader.blob(blob)), _nothing, self.namespace, only=PLAIN)
            except Exception:
                continue

    def take(self, blob):
        """What was decoded, once: who loads it again gets objects of its own. None: it is not there."""
        return self.decoded.pop(blob, None)


def _nothing(pid):
    raise LookupError("it refers to another component")
