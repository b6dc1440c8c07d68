"""asyncio on the main thread, in slices, and what SIGINT means at each moment.

The server's loop (server.cc) is the outermost one. While nothing waits it runs asyncio until the shell socket has
something; then the request is dispatched while the loop stands still but says that it runs, so that a plain cell meets
what ipykernel gives it: create_task() works, asyncio.run() raises. A cell with a top-level await really runs the loop,
and tasks go on meanwhile.

One SIGINT handler stays installed for good. It raises KeyboardInterrupt in user code and nowhere else: inside a plain
cell, in a task or callback that runs just now, and, by cancelling the cell's task, at the await of a cell that waits.
Idle work calls code of the user's as well (their own pickling), which may never end: there it raises while a request
waits. Without one it does not: front ends interrupt before they end a kernel, and what is saved then must be whole.
SIGTERM cuts it where it has run for long: who sends that once more wants the session, and would get nothing of it.
"""
import asyncio
import contextlib
import os
import selectors
import signal
import time
import types

import kernelferry
from kernelferry import _engine

HANDLE_RUN = asyncio.events.Handle._run.__code__    # on the stack: a task or a callback runs
OURS = os.path.dirname(kernelferry.__file__) + os.sep
PATIENCE = 20.0                                     # seconds of one piece of work until SIGTERM cuts it


class Loop(asyncio.SelectorEventLoop):
    standing = False                                # stopped for a request: looks as if it ran

    def is_running(self):
        return self.standing or super().is_running()

    def next_timer(self):
        """Not later than the next timer is due, on time()'s clock; None: there is none."""
        return self._scheduled[0]._when if self._scheduled else None


class Turns:
    """Who has the main thread: asyncio, a request, or nobody."""

    def __init__(self):
        self.loop = Loop(selectors.EpollSelector())
        asyncio.set_event_loop(self.loop)
        self.raises = False                         # SIGINT now belongs to user code outside the loop
        self._yields = False                        # idle work calls code of the user's, which a waiting request may interrupt
        self._raised = False                        # an interrupt did, since this was last set
        self._began = None                          # when whole() was called that runs
        self.running_cell = False                   # an execute_request is served
        self.pending = False                        # it was interrupted before its code began
        self.serving = False                        # user code runs: a loop that it runs within ours (nest_asyncio) must not stop
        self._cell = None                           # the task of a cell that awaits
        self._cut = False                           # that task was interrupted
        # A signal just before select() or poll() blocks would wait with it: the C handler writes here.
        self.signal_fd, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, _engine.interrupt_handler(self._on_sigint))
        self.loop.add_reader(self.signal_fd, self.drain_signals)

    # -- called by the server
    def attach(self, shell_fd, wake_fd, ready):
        """ready(): a request waits on the shell socket. It must be asked whenever shell_fd was found readable."""
        self._ready, self._wake_fd = ready, wake_fd
        self.loop.add_reader(wake_fd, self._on_wake)
        self.attach_shell(shell_fd)

    def attach_shell(self, shell_fd):
        self._shell_fd = shell_fd
        self.loop.add_reader(shell_fd, self._on_shell)

    def detach(self):
        """The shell socket is about to close."""
        self.loop.remove_reader(self._shell_fd)

    def drain_signals(self):
        try:
            os.read(self.signal_fd, 512)
        except BlockingIOError:
            pass

    def turn(self, block):
        """One pass of asyncio, or (block) until the server has something to do."""
        if not block:
            self.loop.call_soon(self.loop.stop)
        try:
            self.loop.run_forever()
        except KeyboardInterrupt:
            pass                                    # ended one background task, which keeps it as its exception
        except SystemExit as error:
            self.loop.call_exception_handler({"message": f"SystemExit({error}) in a background task"})

    def guarded(self, function, *arguments):
        """Runs user code: only here SIGINT raises. -> (result, None) or (None, whatever was raised)."""
        was, self.serving = self.serving, True
        try:
            self.raises = True
            try:
                return function(*arguments), None
            finally:
                self.raises = False
        except BaseException as error:
            self.raises = False                     # the interrupt may have come before the line above
            return None, error
        finally:
            self.serving = was

    def whole(self, yields, function, *arguments):
        """Runs work of ours that calls code of the user's, and tells whether an interrupt came in between: then what it
        returned may be half, also where that code caught the interrupt. yields: it is idle work, and SIGINT raises in that
        code while a request waits. -> the result. Raises what it raised; KeyboardInterrupt, whenever SIGINT raised in it."""
        self._raised, self._yields, self._began = False, yields, time.monotonic()
        try:
            result = function(*arguments)
        except BaseException:
            if self._raised:
                raise KeyboardInterrupt from None
            raise
        finally:
            self._yields, self._began = False, None
        if self._raised:
            raise KeyboardInterrupt
        return result

    # -- readers
    def _on_shell(self):
        if self._ready() and not self.serving:
            self.loop.stop()

    def _on_wake(self):
        os.read(self._wake_fd, 8)
        if not self.serving:
            self.loop.stop()

    def stand(self, on):
        self.loop.standing = on
        asyncio._set_running_loop(self.loop if on else None)

    @contextlib.contextmanager
    def as_in_a_cell(self):
        """What runs meets the loop as a cell does that a request brings: a recorded cell runs again in idle time, too."""
        stood = self.loop.standing
        self.stand(True)
        try:
            yield
        finally:
            self.stand(stood)

    # -- IPython's loop_runner: a cell with a top-level await
    def run_coro(self, coro):
        was, self.raises = self.raises, False
        stood = self.loop.standing
        self.stand(False)
        self._cut = False
        self._cell = task = self.loop.create_task(self._drive(coro))
        task.add_done_callback(lambda _: self.loop.stop())
        try:
            while not task.done():                  # also when user code stops the loop
                try:
                    self.loop.run_forever()
                except KeyboardInterrupt:
                    self._cancel_cell()             # no-op when the cell itself was hit
            try:
                return task.result()
            except asyncio.CancelledError:
                if self._cut:
                    raise KeyboardInterrupt from None
                raise
        finally:
            self._cell = None
            self.stand(stood)
            self.raises = was

    @types.coroutine
    def _drive(self, coro):
        """Runs coro; an interrupt while it waits arrives in it as KeyboardInterrupt, at its await."""
        value = error = None
        while True:
            try:
                waits = coro.send(value) if error is None else coro.throw(error)
            except StopIteration as stop:
                return stop.value
            value = error = None
            try:
                value = yield waits
            except BaseException as raised:
                error = raised.with_traceback(raised.__traceback__.tb_next)     # without this frame, which no user knows
                if self._cut and isinstance(raised, asyncio.CancelledError):
                    self._cut = False
                    self._cell.uncancel()
                    error = KeyboardInterrupt()

    def _cancel_cell(self):
        if self._cell is not None and not self._cell.done():
            self._cut = True
            self._cell.cancel()

    # -- SIGTERM
    def cut_what_hangs(self, frame):
        """Raises KeyboardInterrupt in the code of the user's, not in ours, that whole() has been running for long."""
        if self._began is not None and time.monotonic() - self._began >= PATIENCE and _in_foreign_code(frame):
            self._raised = True
            raise KeyboardInterrupt

    # -- SIGINT, whoever sent it
    def _on_sigint(self, frame):
        """Whether KeyboardInterrupt is raised in `frame`, which SIGINT stopped."""
        if self.raises or self._yields and _in_foreign_code(frame) and self._ready() or _in_a_callback(frame):
            self._raised = True
            return True
        if self._cell is not None:                  # the loop waits in select(); this wakes it
            self.loop.call_soon_threadsafe(self._cancel_cell)
        elif self.running_cell:
            self.pending = True
        return False


def _in_a_callback(frame):
    while frame is not None:
        if frame.f_code is HANDLE_RUN:
            return True
        frame = frame.f_back
    return False


def _in_foreign_code(frame):
    """Whether idle work has called what is not of this package: nothing of ours is left half done by an interrupt."""
    while frame is not None and frame.f_code is not Turns.whole.__code__:
        if not frame.f_code.co_filename.startswith(OURS):
            return True
        frame = frame.f_back
    return False
