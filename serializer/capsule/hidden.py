"""Names that are the shell's own (`_`, `In`, `__doc__`) where the user bound them to something else, or deleted them.

They count for no variables: IPython rebinds most of them at every cell. What stands there is the shell's if it is what the
shell would put there now, or what was there before the first cell. All values are written as one, so that they go on sharing;
what is large is not, since `_` is where people put what they do not want, and every save would write it again.
"""
import re

from .kind import Kind, lost_text, shown
from .pack import unpack_each
from .together import pack_together, unpack_together

LAST = ("_", "__", "___")
STATIC = ("__name__", "__doc__", "__package__", "__loader__", "__spec__", "__file__", "__cached__", "_sh", "_exit_code")
NUMBERED = re.compile(r"_(i?)(\d+)")
ABSENT = object()
MOST = 16 << 20  # bytes


def owned(shell) -> dict:
    """What the shell itself has for its names now."""
    if shell is None:
        return {}
    history, hook = shell.history_manager, shell.displayhook
    own = {name: getattr(hook, name) for name in LAST if hasattr(hook, name)}
    if history is not None:
        own.update({"In": history.input_hist_parsed, "_ih": history.input_hist_parsed, "Out": history.output_hist,
                    "_oh": history.output_hist, "_dh": history.dir_hist})
        own.update({name: getattr(history, name) for name in ("_i", "_ii", "_iii")})
        own.update({f"_{number}": value for number, value in history.output_hist.items()})
        own.update({f"_i{number}": cell for number, cell in enumerate(history.input_hist_raw) if cell})
    return own


def baseline(shell):
    return {name: shell.user_ns[name] for name in (*STATIC, *owned(shell)) if name in shell.user_ns} if shell is not None else {}


def same(one, other) -> bool:
    return one is other or type(one) is str is type(other) and one == other


def capture(where, base):
    if where.shell is None:
        return None
    own = {name: base[name] for name in STATIC if name in base} | owned(where.shell)
    names = [name for name in where.namespace if name in own or name in STATIC or NUMBERED.fullmatch(name)]
    bound = {name: where.namespace[name] for name in names if not same(where.namespace[name], own.get(name, ABSENT))}
    gone = [name for name in base if name not in where.namespace]
    if not bound and not gone:
        return None
    together, packed, lost = pack_together(bound, where, MOST)
    return (together, packed, lost, gone), shown([*bound, *(f"-{name}" for name in gone)])


def apply(where, state):
    together, packed, lost, gone = state
    values, missing = unpack_together(together, where.namespace, where.names) if together is not None else unpack_each(packed, where.namespace)
    where.namespace.update(values)
    for name in gone:
        where.namespace.pop(name, None)
    return lost_text("name", {**lost, **missing})


KINDS = [Kind("shell.names", baseline, capture, apply)]
