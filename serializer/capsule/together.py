"""Values of the shell that are written as one, so that they go on sharing; each is lost for itself."""
import io
import types

from kernelferry._ferry import Stopped

from .pack import Pickler, Unpickler, pack_each, reason, refusal
from .shared import pack_shared


def pack_together(values, where, most=None) -> tuple[bytes | None, dict, dict]:
    """(bytes of all that can be written, as one dict, so that its entries go on sharing; {key: bytes} of each alone where all
    are too much; {key: why it cannot be written}). Raises Stopped."""
    lost = {}
    try:
        return pack_shared(values, where, most), {}, {}
    except Stopped:
        raise
    except Exception:  # a user's reduction may raise anything
        for key, value in values.items():
            try:
                pack_shared({key: value}, where, most)
            except Stopped:
                raise
            except Exception as error:
                lost[key] = refusal(value, error)
    rest = {key: value for key, value in values.items() if key not in lost}
    try:
        return pack_shared(rest, where, most), {}, lost
    except Stopped:
        raise
    except Exception:  # a value that goes alone may not go with the others
        packed, refused = pack_each(rest, where.namespace, where.names, most)
        return None, packed, lost | refused


def unpack_together(data, namespace, names) -> tuple[dict, dict]:
    """Of a dict that was packed as one: ({key: value}, {key: why it cannot be had}). What an entry shared with a variable that is not
    there any more costs that entry."""
    absent, lost = [], {}
    values = Unpickler(io.BytesIO(data), namespace, absent).load()
    for key, value in values.items() if absent else ():
        try:
            Pickler(types.SimpleNamespace(write=len), namespace, names).dump(value)  # which goes through all that it holds
        except Exception as error:
            lost[key] = reason(error)
    return {key: value for key, value in values.items() if key not in lost}, lost
