"""input() and getpass() ask the front end, from any thread (questions.h). The server waits without the GIL, so that others go on."""
import builtins
import getpass

from IPython.core.error import StdinNotImplementedError

from kernelferry import _engine


class Stdin:
    allowed = None                  # the cell that runs takes questions; None: none runs
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
        if self.allowed is False:
            raise StdinNotImplementedError(f"{name} was called, but this front end does not answer questions.")
        if self.asked is not None and self.allowed:
            self.asked("input", prompt)
        try:
            answer = _engine.read_stdin(prompt, password)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("Interrupted by user") from None
        if answer == "\x04":        # Ctrl-D in a terminal
            raise EOFError
        return answer
