"""input() and getpass() ask the front end. The server waits without the GIL, so threads go on."""
import builtins
import getpass
import threading

from IPython.core.error import StdinNotImplementedError

from kernelferry import _engine


class Stdin:
    allowed = False                 # the request that runs takes questions
    asked = None                    # asked("input", prompt) hears of each question

    def install(self):
        builtins.input = self.input
        getpass.getpass = self.getpass

    def input(self, prompt=""):
        """Ask the user for a line of text."""
        return self._ask("input", str(prompt), False)

    def getpass(self, prompt="Password: ", stream=None):
        """Ask the user for a password; it is not shown."""
        return self._ask("getpass", str(prompt), True)

    def _ask(self, name, prompt, password):
        if not self.allowed:
            raise StdinNotImplementedError(f"{name} was called, but this front end does not answer questions.")
        if threading.current_thread() is not threading.main_thread():
            raise StdinNotImplementedError(f"{name} works in the main thread only.")
        if self.asked is not None:
            self.asked("input", prompt)
        try:
            return _engine.read_stdin(prompt, password)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("Interrupted by user") from None
