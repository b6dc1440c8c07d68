"""%checkpoint, %resume, %session, %suspend and %migrate (docs/interfaces.md, "Magics").

Each returns an object with text, HTML and `.data`; `--json` shows `.data` itself. An unknown option is a usage error.
What fails says so with its remedy: with `--json` the object comes first, then the cell ends with the exception.
"""

import contextlib
import functools
import inspect
import sys

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from kernelferry import _ferry

from . import commands, report, verbs
from .errors import CommandError


class FerryFailure(Exception):
    """A ferry command that could not be done; the text says what and how to mend it."""

    def _render_traceback_(self):
        return [f"FerryFailure: {self}"]


@contextlib.contextmanager
def as_between_cells():
    """IPython puts a `write` of its own on the standard streams while a cell runs, also on those of the user's: nothing
    that is saved may hold it."""
    streams = [(stream, vars(stream)["write"]) for stream in (sys.stdout, sys.stderr)
               if str(getattr(getattr(stream, "__dict__", {}).get("write"), "__module__", "")).startswith("IPython.")]
    for stream, write in streams:
        del stream.write
        original = inspect.getclosurevars(write).nonlocals.get("original_write")
        if getattr(original, "__self__", None) is not stream:  # not its class's
            stream.write = original
    try:
        yield
    finally:
        for stream, write in streams:
            stream.write = write


def answered(schema):
    """Shows a command's result as the user asked for it, and turns an expected failure into both of its forms."""

    def decorate(command):
        @functools.wraps(command)
        def run(self, line):
            describe()
            args = parsed(run, line)
            try:
                with as_between_cells():
                    result = command(self, args)
            except (_ferry.FerryError, CommandError) as error:
                data = report.failure(schema, self.session.sid, error.code, error.what, error.remedy)
                if args.json:
                    self._display(report.Json(data))
                raise FerryFailure(data["messages"][0]) from None
            if not args.json or result is None:
                return result
            self._display(report.Json(result.data))

        run.argcmd_name = command.__name__.rstrip("_")  # what usage errors and `?` call it
        return run

    return decorate


def parsed(magic, line):
    """The arguments in a line. A usage error says where they are described."""
    try:
        return parse_argstring(magic, line)
    except UsageError as error:
        raise UsageError(f"{error}; %{magic.argcmd_name}? shows what it takes") from None


def describe():
    """Makes of the arguments of each magic its parser, and the usage that `?` shows. That takes 3 ms, for which no start of a kernel waits."""
    for function in vars(FerryMagics).values():
        if getattr(function, "has_arguments", False) and not hasattr(function, "parser"):
            magic_arguments()(function)


@magics_class
class FerryMagics(Magics):
    def __init__(self, session):
        super().__init__(session.shell)
        self.session = session

    @staticmethod
    def _display(value):
        from IPython.display import display
        display(value)

    @argument("label", nargs="?", default="", help="a name for this generation; labelled generations are kept")
    @argument("--system", action="store_true", help="take a system image too (needs CRIU)")
    @argument("--json", action="store_true", help="show the result as JSON")
    @line_magic
    @answered("ferry.checkpoint/1")
    def checkpoint(self, args):
        """Save this session now, as a generation that %resume brings back."""
        return commands.checkpoint(self.session, args.label, args.system)

    @argument("what", nargs="*", help="last, a session, a generation's number or label; then names of variables")
    @argument("--dry-run", action="store_true", help="say what would come back, and change nothing")
    @argument("--overwrite", action="store_true", help="replace variables that exist")
    @argument("--json", action="store_true", help="show the result as JSON")
    @line_magic
    @answered("ferry.resume/1")
    def resume(self, args):
        """Bring a stored session back into this kernel. Variables that exist are kept unless --overwrite."""
        return commands.resume(self.session, args.what, args.dry_run, args.overwrite)

    @argument("verb", nargs="?", default="status", help="status, list, report, effects, name, pin, recompute, replay-ok, no-replay, forget, rehearse")
    @argument("arguments", nargs="*", help="what the verb takes: a cell, a name, variables, a generation")
    @argument("--json", action="store_true", help="show the result as JSON")
    @line_magic("session")
    @answered("ferry.session/1")
    def session_(self, args):
        """What is known of this session, and how it should be kept."""
        return verbs.run(self.session, args.verb, args.arguments)

    @argument("host", nargs="?", default="", help="user@host[:port]")
    @argument("--plan", action="store_true", help="show how each variable would travel, and move nothing")
    @argument("--policy", choices=("store-first", "cheapest"), default="", help="default: cheapest")
    @argument("--yes", action="store_true", help="move without what cannot travel")
    @argument("--background", action="store_true", help="return at once; cells run here until the session leaves")
    @argument("--system", action="store_true", help="move a system image")
    @argument("--force", action="store_true", help="move in spite of differences")
    @argument("--json", action="store_true", help="show the result as JSON")
    @line_magic
    @answered("ferry.plan/1")
    def migrate(self, args):
        """Move this session to another host, while the notebook stays open; --plan shows how, and moves nothing."""
        if not args.host:
            if not args.plan:
                raise CommandError("invalid", "%migrate needs a host", "write %migrate user@host, as for ssh; home brings it back")
            from . import plan_report  # here: no start of a kernel waits for it
            return plan_report.plan(self.session, args.policy or "cheapest", args.host)
        return commands.migrate(self.session, args)

    @argument("--json", action="store_true", help="show the result as JSON")
    @line_magic
    @answered("ferry.checkpoint/1")
    def suspend(self, args):
        """Save this session and free its memory; the next cell wakes it, and so does opening the notebook again."""
        return commands.suspend(self.session)
