"""Object graphs to bytes and back: one component a call (docs/architecture.md, "serializer/codec")."""
from kernelferry._ferry import Stopped
from kernelferry.codec.decode import decode
from kernelferry.codec.encode import Encoded, encode
from kernelferry.codec.errors import DecodeError, EncodeError

__all__ = ["DecodeError", "EncodeError", "Encoded", "Stopped", "decode", "encode"]
