"""Puts the engine together and runs it."""
import faulthandler
import gc
import json
import logging
import os
import pdb
import signal
import sys
import threading
import time

from IPython.core import debugger
from IPython.core.application import BaseIPythonApplication
from IPython.core.shellapp import InteractiveShellApp
from kernelferry import _engine
from kernelferry.engine import messages, outputs, standins
from kernelferry.engine.hooks import SessionHooks
from kernelferry.engine.kernel import Kernel
from kernelferry.engine.main import Main
from kernelferry.engine.outputs import OutStream
from kernelferry.engine.quiesce import Quiet
from kernelferry.engine.shell import ZMQInteractiveShell, new_main_module

GRACE = 10                                  # seconds for atexit functions and the user's threads


class IPKernelApp(BaseIPythonApplication, InteractiveShellApp):
    """IPython's configuration, profile, startup files and extensions, as ipykernel reads them. Named as in users'
    configuration and where libraries ask whether they run in a notebook (standins.py)."""

    __module__ = "ipykernel.kernelapp"
    name = "ipython-kernel"
    description = "Kernelferry's engine"
    kernel = None
    connection_dir = ""                     # the file has an absolute path

    @property
    def connection_file(self):
        """The front end's: what another one needs to connect to this kernel, and the kernel's id in its name."""
        return self.kernel.connection["front_end"] or self.kernel.connection_file

    def __getattr__(self, name):
        if name in ("transport", "ip", "shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"):
            with open(self.connection_file) as file:
                return json.load(file)[name]
        raise AttributeError(f"Kernelferry's application has no {name!r} (ipykernel's may have)")

    def init_crash_handler(self):
        pass

    def init_pdb(self):
        """breakpoint() and pdb's own functions stop in IPython's debugger, which an interrupt leaves."""
        debugger.Pdb = pdb.Pdb = debugger.InterruptiblePdb
        pdb.set_trace = debugger.set_trace

    def parse_command_line(self, argv=None):
        """Nothing: the command line is ours (options.py)."""

    def initialize(self, argv=None):
        super().initialize([])
        self.init_path()
        self.init_pdb()
        module = new_main_module()
        self.user_ns = module.__dict__
        self.shell = ZMQInteractiveShell.instance(parent=self, profile_dir=self.profile_dir, user_module=module,
                                                  user_ns=self.user_ns)
        self.kernel.shell, self.shell.kernel = self.shell, self.kernel
        self.kernel.know_front_end()
        self.shell.configurables.append(self)
        self.init_gui_pylab()
        self.init_extensions()
        self.init_code()


def launch(options):
    """Serves until the session ends -> exit status."""
    log_fd = _open_log(options.environ.get("FERRY_LOG", "warning"))
    faulthandler.enable(log_fd, all_threads=False)      # the relay shows where C code crashed (last_words.h)
    kernel = Kernel(options.connection_file)
    native = _engine.Kernel(options.connection_file, kernel)
    sys.stdout, sys.stderr = outputs.stdout, outputs.stderr = OutStream("stdout", 1, os.dup(1)), OutStream("stderr", 2, log_fd)
    messages.follow_threads()
    kernel.stdin.install()
    standins.install(IPKernelApp)
    app = IPKernelApp.instance()
    app.kernel = kernel
    app.initialize()
    shell = app.shell
    kernel.main = main = Main(kernel)
    kernel.quiet = Quiet(kernel, options)
    shell.run_awaits_by(main.run_coro)
    shell.ferry_whole, shell.ferry_as_in_a_cell = main.whole, main.as_in_a_cell
    if options.relay_pid:
        shell.ferry_tell_relay, shell.ferry_take_image = messages.publish, kernel.quiet.take
    shell.ferry_memory, shell.ferry_safe = _engine.memory, _engine.set_safe
    def on_sigterm(_number, frame):
        _engine.terminate()
        main.cut_what_hangs(frame)

    signal.signal(signal.SIGTERM, on_sigterm)
    mask = threading.local()  # of the thread that forks
    os.register_at_fork(before=lambda: _hold_sigterm(mask), after_in_parent=lambda: _let_sigterm(mask),
                        after_in_child=lambda: _in_forked_child(mask))
    kernel.hooks = SessionHooks.attach(shell, options)
    kernel.stdin.asked = kernel.hooks.effect
    kernel.quiet.keep_from_children()
    _engine.capture()
    gc.freeze()
    gc.unfreeze()   # into the oldest generation: the first collection of what is young does not go through a whole start
    gc.enable()
    native.run(main, options.relay_pid, options.lease)

    # Whoever prints now, in atexit functions, writes to where the engine was started.
    OutStream.forked = True
    for stream, fd in ((sys.stdout, 1), (sys.stderr, 2)):
        if isinstance(stream, OutStream):
            os.dup2(stream.fileno(), fd)
    threading.Thread(target=lambda: (time.sleep(GRACE), os._exit(0)), daemon=True).start()
    return 0


def _open_log(level):
    """kernelferry's log goes to the descriptor 2 the engine was started with -> a duplicate of it."""
    fd = os.dup(2)
    handler = logging.StreamHandler(os.fdopen(fd, "w", buffering=1, errors="replace", closefd=False))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    log = logging.getLogger("kernelferry")
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(getattr(logging, level.upper(), logging.WARNING))
    return fd


def _hold_sigterm(mask):
    """A SIGTERM that meets a child before it has handlers of its own waits for them; Python would drop it."""
    mask.before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _let_sigterm(mask):
    signal.pthread_sigmask(signal.SIG_SETMASK, mask.before)


def _in_forked_child(mask):
    OutStream.forked = True
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _let_sigterm(mask)
