"""One component to bytes.

CPython's own pickler walks the objects; the gate (gate.h) and the reducers it asks (classify.py) decide what differs
from a plain pickle: code of the session goes by value, other components' objects by pid, arrays by their memory.
A failure costs nothing on the way there: the gate knows the object it happened at, where.py then looks for the path.
"""
import builtins
import pickle
import sys
import types

from kernelferry._ferry import Gate, Stopped, is_imported, on_deep_stack
from kernelferry.codec import blob, classes, functions, scripts, where
from kernelferry.codec.classify import Classifier
from kernelferry.codec.errors import EncodeError, without_frames
from kernelferry.codec.memory import Memory
from kernelferry.codec.named_tuples import NamedTuples


class Encoded:
    """The bytes of one component. `chunks` look into live memory: write them before the next cell runs."""

    def __init__(self, chunks: list, notes: list[str], uncovered: bool):
        self.chunks = chunks
        self.notes = notes
        self.uncovered = uncovered
        self.bytes = sum(memoryview(chunk).nbytes for chunk in chunks)


class _Pickler(pickle.Pickler):
    """A pickler with attributes of its own: `reducer_override` is looked up on the instance."""


class _Sink:
    def __init__(self):
        self.chunks = []
        self.write = self.chunks.append


class Encoding:
    """The state of one call of encode(); reducers get it as their first argument."""

    def __init__(self, values, exports, needs, namespace, module_reference):
        self.values = values
        self.exports = exports
        self.needs = needs
        self.namespace = namespace
        self.module_reference = module_reference
        self.foreign = {id(obj) for obj in needs.values()}
        self.named_tuples = NamedTuples(needs.values(), [*values.values(), *exports.values()])
        self.scripts = [(text, ("script", *place)) for text, *place in scripts.known()]
        self.keep_weak = True
        self.memory = Memory()
        self.met = None          # () -> ids of what was pickled up to now, or is referred to
        self.reset()

    def reset(self):
        self.notes = []
        self.sources = {}
        self.numbers = {}        # of sympy: value -> the first object that is equal to it
        self.buffers = []
        self.own_buffers = {}    # id -> the buffer: decoding copies these itself
        self.weak_targets = []
        self.last = []           # is pickled last: what depends on what else was met

    def note(self, text: str):
        if text not in self.notes:
            self.notes.append(text)

    def own_buffer(self, view) -> pickle.PickleBuffer:
        """A buffer whose rebuilder copies out of the blob; other buffers are copied for whoever gets them."""
        buffer = pickle.PickleBuffer(view)
        self.own_buffers[id(buffer)] = buffer
        return buffer

    def at_last(self, kind):
        """The one object of this class, made of this encoding, that is pickled when all else is: met() tells then what is encoded without it."""
        found = next((each for each in self.last if type(each) is kind), None)
        if found is None:
            self.last.append(found := kind(self))
        return found

    def held(self, obj):
        """The pid of a container that belongs to a module: its namespace, or what it holds."""
        if type(obj) is dict:
            name = obj.get("__name__")
            module = sys.modules.get(name) if type(name) is str else None
            if isinstance(module, types.ModuleType) and vars(module) is obj and is_imported(module):
                return "vars", name
        if self.module_reference is not None:
            reference = self.module_reference(obj)
            if reference is not None:
                return "held", *reference
        return None

    def pickle(self, sink):
        """Writes the pickle into the sink; returns gate and pickler."""
        self.reset()
        self.gate = gate = Gate(Classifier(self).classify, self.held, Stopped)
        gate.refer(self.namespace, "namespace")
        gate.refer(vars(builtins), "builtins")
        shell = _shell()
        if shell is not None:
            gate.refer(shell, "shell")
        for pid, obj in self.needs.items():
            gate.refer(obj, pid)
        for text, reference in self.scripts:
            gate.refer(text, reference)
        pickler = _Pickler(sink, 5, buffer_callback=self._take)
        pickler.persistent_id = gate.persistent_id()
        pickler.reducer_override = gate.reducer_override()
        self.met = lambda: {id(entry[1]) for entry in pickler.memo.copy().values()} | self.foreign
        try:  # table_layouts and last fill up while values and exports are pickled
            pickler.dump((self.values, self.exports, gate.table_layouts, self.last))
        finally:
            self.met = None      # the pickler remembers what asks for it, and no collector sees that
        return pickler

    def _take(self, buffer):
        own = id(buffer) in self.own_buffers
        self.buffers.append((buffer.raw(), not own))

    def run(self):
        sink = _Sink()
        pickler = self.pickle(sink)
        if self.memory.learn(lambda: [entry[1] for entry in pickler.memo.copy().values()]):
            sink = _Sink()
            pickler = self.pickle(sink)
        refers = bool(self.scripts) and not pickler.memo.copy().keys().isdisjoint(id(reference) for _, reference in self.scripts)
        if self.weak_targets:
            self._require_targets()
        numbers = pickle.dumps(self.gate.shared_numbers, 5)
        names = sorted(name for name in self.values)
        uncovered = any(type(table) is tuple for table in self.gate.table_layouts[1::2])
        layout = 5 if refers else 4 if self.named_tuples.used else 3
        chunks = blob.write(names, self.sources, numbers, sink.chunks, self.buffers, uncovered, layout)
        return Encoded(chunks, self.notes, uncovered)

    def _require_targets(self):
        """Weak references are kept if something else in the component holds what they refer to: pickles once more
        without following them, and looks whether their targets were met."""
        targets, kept = self.weak_targets, (self.notes, self.sources, self.buffers, self.own_buffers, self.gate)
        self.keep_weak = False
        try:
            met = {id(entry[1]) for entry in self.pickle(_Sink()).memo.copy().values()}
        finally:
            self.keep_weak = True
        self.notes, self.sources, self.buffers, self.own_buffers, self.gate = kept
        for reference, target in targets:
            if id(target) not in met and id(target) not in self.foreign and not _importable(target):
                raise _Unheld(reference, TypeError(
                    f"it refers weakly to a '{type(target).__name__}' object that only others hold"))


def _importable(obj) -> bool:
    if isinstance(obj, type):
        return classes.importable(obj)
    return isinstance(obj, types.ModuleType) or isinstance(obj, types.FunctionType) and functions.importable(obj)


class _Unheld(Exception):
    """A weak reference whose target is not of the component; args: the reference, the reason."""


def _shell():
    """The IPython shell, a door to everything: never walked into."""
    interactive = sys.modules.get("IPython.core.interactiveshell")
    if interactive is None:
        return None
    cls = interactive.InteractiveShell
    return cls._instance if cls.initialized() else None


def encode(values: dict, exports: dict, needs: dict, namespace: dict, module_reference=None) -> Encoded:
    """Bytes of one component (docs/architecture.md, "serializer/codec"). Runs user code only where the user's own
    classes define how they are pickled. Main thread."""
    encoding = Encoding(values, exports, needs, namespace, module_reference)
    try:
        try:
            return encoding.run()
        except RecursionError:
            return on_deep_stack(encoding.run)
    except (Stopped, KeyboardInterrupt):
        raise
    except _Unheld as unheld:
        culprit, reason = unheld.args
    except BaseException as exception:  # users' own pickling may raise anything
        culprit, reason = encoding.gate.last, exception
    finally:
        encoding.gate = None  # else the two hold each other, and all that was encoded, where no collector sees it
        del encoding
    path, kind = where.path_to(culprit, values, exports), where.type_name(culprit)
    del culprit
    raise EncodeError(kind, path, without_frames(reason)) from None
