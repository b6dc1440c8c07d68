"""IPython's shell, for a kernel. Its name is the one that libraries look for."""
import contextlib
import opcode
import os
import sys
import types

from IPython.core import page
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.compilerop import CachingCompiler
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from kernelferry import _engine
from kernelferry.engine import messages
from kernelferry.engine.magics import KernelMagics
from kernelferry.engine.outputs import FerryDisplayHook, ZMQDisplayPublisher
from traitlets import Any, CBool, Instance, Type, default
from traitlets.config import Config


IMPORTS = frozenset(opcode.opmap[name] for name in ("CACHE", "EXTENDED_ARG", "IMPORT_FROM", "IMPORT_NAME", "IMPORT_STAR", "LOAD_CONST", "POP_TOP",
                                                      "RESUME", "RETURN_VALUE", "STORE_NAME", "SWAP"))
WITHIN_IMPORTS = 500_000                    # new objects that the cyclic collector looks at in one go
WITHOUT_LOOP = (None, "asyncio", "inline", "nbagg", "notebook", "webagg", "widget", "ipympl")    # of matplotlib's, those that need no toolkit


class CellCompiler(CachingCompiler):
    """Cells are compiled under the file names that the debugger dumps them to."""

    def get_code_name(self, raw_code, transformed_code, number):
        return self.get_filename(raw_code)

    def get_filename(self, code):
        return _engine.cell_file(code)


class AsyncioRunner:
    """IPython's loop_runner on the kernel's own loop. %autoawait shows it by its text."""

    def __init__(self, run):
        self.run = run

    def __call__(self, coroutine):
        return self.run(coroutine)

    def __str__(self):
        return "asyncio"


class ZMQInteractiveShell(InteractiveShell):
    __module__ = "ipykernel.zmqshell"       # where libraries look for a notebook's shell; standins.py puts it there
    displayhook_class = Type(FerryDisplayHook)
    display_pub_class = Type(ZMQDisplayPublisher)
    compiler_class = Type(CellCompiler)
    kernel = Any()
    autoindent = CBool(False)               # the front end's
    exiter = Instance(ZMQExitAutocall)
    keepkernel_on_exit = None

    ferry_request = None                    # the execute_request that runs: cell_id, tags, silent, store_history, ...
    ferry_tell_relay = None                 # (type, content): a message that the relay keeps to itself; None without a relay
    ferry_take_image = None                 # () -> the relay's word after an image was taken within a cell; the same
    ferry_whole = None                      # Main.whole(yields, function, *arguments): KeyboardInterrupt if an interrupt may have halved it
    ferry_exits = False                     # the relay was told that the cell's exit_now means exit()
    ferry_count = 1                         # its number, in prompts and replies
    last_traceback = None                   # lines, of the error that the cell showed last
    displayhook_failed = False              # that error came while its result was formatted

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "IPKernelApp" not in self.config:
            self.config.IPKernelApp = Config()          # tqdm.auto asks whether this is a notebook

    @default("exiter")
    def _default_exiter(self):
        return ZMQExitAutocall(self)

    def init_environment(self):
        os.environ.update(TERM="xterm-color", CLICOLOR="1", FORCE_COLOR="1", CLICOLOR_FORCE="1", PAGER="cat",
                          GIT_PAGER="cat")              # subprocesses write to a notebook
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")

    def init_virtualenv(self):
        pass                                            # this Python is the environment's own

    def init_magics(self):
        super().init_magics()
        self.register_magics(KernelMagics)
        self.magics_manager.register_alias("ed", "edit")

    def init_hooks(self):
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(self._page), 99)

    def _page(self, text, start=0, screen_lines=0, pager_cmd=None):
        data = text if isinstance(text, dict) else {"text/plain": text}
        self.payload_manager.write_payload({"source": "page", "data": data, "start": max(0, start)})

    def set_next_input(self, s, replace=False):
        self.payload_manager.write_payload({"source": "set_next_input", "text": s, "replace": replace})

    def ask_exit(self):
        """exit, quit: the kernel ends once the cell is answered, and the relay starts a clean one. A front end of a
        terminal ends too, which the payload tells it."""
        self.payload_manager.write_payload({"source": "ask_exit", "keepkernel": self.keepkernel_on_exit})
        if not self.keepkernel_on_exit:
            self.end_after_cell()

    def end_after_cell(self):
        self.exit_now = True
        if self.ferry_tell_relay:
            self.ferry_tell_relay("ferry_exit", {})
            self.ferry_exits = True

    def run_awaits_by(self, run):
        self.loop_runner = runner = AsyncioRunner(run)
        self.loop_runner_map = {**self.loop_runner_map, "asyncio": (runner, True)}     # `%autoawait asyncio` chooses it again

    def enable_gui(self, gui=None):
        if gui not in WITHOUT_LOOP:
            raise UsageError(f"%gui {gui}: this kernel runs asyncio and no toolkit's event loop")
        self.active_eventloop = gui

    def run_cell(self, *args, **kwargs):
        self.last_traceback, self.displayhook_failed = None, False
        writes = [(vars(stream), vars(stream).get("write")) for stream in (sys.stdout, sys.stderr) if hasattr(stream, "__dict__")]
        try:
            return super().run_cell(*args, **kwargs)
        finally:
            # IPython's tee puts a `write` on the streams and leaves it there when an interrupt hits IPython's own code.
            for attributes, write in writes:
                attributes.pop("write", None)
                if write is not None:
                    attributes["write"] = write

    async def run_code(self, code_obj, result=None, *, async_=False):
        """A statement that imports, and does nothing else, is spared most of what the cyclic collector does meanwhile."""
        with _engine.RareCollections(WITHIN_IMPORTS) if imports_alone(code_obj) else contextlib.nullcontext():
            return await super().run_code(code_obj, result, async_=async_)

    def _showtraceback(self, etype, evalue, stb):
        if getattr(self.displayhook, "content", None) is not None:
            self.displayhook_failed = True
        if issubclass(etype, NameError) and self.kernel.hooks:
            stb = [*stb, *filter(None, [self.kernel.hooks.absent(evalue)])]
        self.last_traceback = stb
        if not (self.ferry_request and self.ferry_request["silent"]):
            messages.publish("error", {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb})

    def get_parent(self):
        return self.kernel.get_parent()

    def set_parent(self, parent):
        messages.work_for(parent)

    parent_header = property(get_parent, lambda self, parent: self.set_parent(parent))


def imports_alone(code) -> bool:
    operations = set(code.co_code[::2])
    return opcode.opmap["IMPORT_NAME"] in operations and operations <= IMPORTS


def new_main_module():
    """The `__main__` of user code: a real module, its dict the user's namespace."""
    module = types.ModuleType("__main__", "Automatically created module for IPython interactive environment")
    module.__builtins__ = sys.modules["builtins"]
    return module
