"""What holds while a recorded cell runs again: nothing of it reaches the front end, SIGINT ends it, and so does a deadline;
`exit()` ends nothing, no signal ends the process for want of the handler that the session had installed by then.

Outputs are muted where they leave the shell, not by putting other streams into `sys`: what the cell makes (the handler of
a logger, a progress bar) must hold the stream that it held.
"""

import contextlib
import signal
import sys
import threading

FATAL = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGPOLL)  # where nobody handles them
AGAIN = 1.0  # seconds until a cell that swallowed the interrupt gets the next


@contextlib.contextmanager
def muted(shell):
    """Text, displays, results, errors, widget messages, what a reply would carry and the wish to end go nowhere."""
    def nothing(*_args, **_keywords):
        return None

    comm = getattr(sys.modules.get("comm"), "create_comm", None)
    seams = [(shell.display_pub, "publish", nothing), (shell.display_pub, "clear_output", nothing), (shell, "_showtraceback", nothing),
             (shell.payload_manager, "write_payload", nothing), (shell, "ask_exit", nothing),
             (comm if isinstance(comm, type) else None, "publish_msg", nothing)]
    with unwritten(), _all_instead(seams):
        yield


@contextlib.contextmanager
def unwritten():
    """Text goes nowhere. Whoever takes a `write` meanwhile (`write = sys.stdout.write` in a module) writes with it afterwards."""
    over = threading.Event()

    def silent(stream):
        return lambda text: type(stream).write(stream, text) if over.is_set() else len(text)

    try:
        with _all_instead([(stream, "write", silent(stream)) for stream in (sys.stdout, sys.stderr)]):
            yield
    finally:
        over.set()


@contextlib.contextmanager
def _all_instead(seams):
    with contextlib.ExitStack() as stack:
        for owner, name, function in seams:
            if owner is not None:
                stack.enter_context(_instead(owner, name, function))
        yield


@contextlib.contextmanager
def _instead(owner, name, function):
    """`function` under a name of this very object, above its class's own."""
    before = vars(owner).get(name)
    setattr(owner, name, function)
    try:
        yield
    finally:
        if before is not None:
            setattr(owner, name, before)
        elif vars(owner).get(name) is not None:  # IPython has taken its own `write` away again
            delattr(owner, name)


@contextlib.contextmanager
def unharmed(stopped):
    """Signals that cells send to themselves raise `stopped` where they would end the process. A handler that the cell installs stays."""
    def stop(number, _frame):
        raise stopped(f"it was sent {signal.Signals(number).name}, which nothing handles yet")

    unhandled = [number for number in FATAL if signal.getsignal(number) is signal.SIG_DFL]
    for number in unhandled:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in unhandled:
            if signal.getsignal(number) is stop:
                signal.signal(number, signal.SIG_DFL)


class Interruptible:
    """SIGINT raises KeyboardInterrupt in the main thread, and after `seconds` comes by itself until the block ends.

    `expired` tells the one from the other. A handler that the cell installs stays."""

    def __init__(self, seconds):
        self.seconds, self.expired, self.over = seconds, False, threading.Event()

    def __enter__(self):
        self.handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.main = threading.main_thread().ident
        self.watch = threading.Thread(target=self._watch, name="ferry-deadline", daemon=True)
        self.watch.start()
        return self

    def __exit__(self, *_error):
        late = None
        while True:
            try:
                self.over.set()
                self.watch.join()
                if signal.getsignal(signal.SIGINT) is signal.default_int_handler and self.handler is not None:
                    signal.signal(signal.SIGINT, self.handler)
                break
            except KeyboardInterrupt as interrupt:  # it came while the block ended
                late = interrupt
        if late is not None and not self.expired:
            raise late

    def _watch(self):
        wait = self.seconds
        while not self.over.wait(wait):
            self.expired, wait = True, AGAIN
            signal.pthread_kill(self.main, signal.SIGINT)
