"""IPython's magics that would ask for a terminal, for a front end without one; and ipykernel's own, which notebooks use."""
import pathlib
import shlex
import threading

from IPython.core import page
from IPython.core.error import UsageError
from IPython.core.macro import Macro
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magics.code import CodeMagics, MacroToEdit

from kernelferry.engine import connect


@magics_class
class KernelMagics(Magics):
    @line_magic
    def edit(self, parameter_s="", last_call=None):
        """Open a file, function, variable or range of cells in the front end's editor: %edit [-p|-r|-n LINE] WHAT"""
        options, what = self.parse_options(parameter_s, "prn:")
        try:
            name, line, _ = CodeMagics._find_edit_target(self.shell, what, options, last_call or ["", ""])
        except MacroToEdit as found:
            macro = found.args[0]
            raise UsageError("%edit: edit a macro's text with %load" if isinstance(macro, Macro) else str(found)) from None
        if name is None:
            raise UsageError("%edit WHAT: a file, a name, or a range of cells")
        self.shell.payload_manager.write_payload(
            {"source": "edit_magic", "filename": str(pathlib.Path(name).resolve()), "line_number": line})

    @line_magic
    def less(self, line):
        """Show a file in the pager: %less FILE"""
        if not line:
            raise UsageError("%less FILE: which file?")
        text = pathlib.Path(line).read_text(errors="replace")
        page.page(self.shell.pycolorize(text) if line.endswith(".py") else text)

    more = line_magic("more")(less)

    @line_magic
    def man(self, line):
        """Show a manual page in the pager: %man NAME"""
        page.page(self.shell.getoutput(f"man {line} | col -b", split=False))

    @line_magic
    def clear(self, line):
        """Clear the cell's output, and a terminal that shows it: %clear"""
        self.shell.system("clear")

    @line_magic
    def connect_info(self, line):
        """Show how another front end connects to this kernel: %connect_info"""
        try:
            text = connect.get_connection_info()
        except OSError as error:
            raise UsageError(f"%connect_info: {error}") from None
        path = connect.get_connection_file()
        print(f"{text}\n\nAnother front end on this machine sees the same variables:\n    jupyter console --existing {path}\n"
              "On another machine, put the JSON above into a file there and name that; its ports must be reachable, for instance through ssh.")

    @line_magic
    def qtconsole(self, line):
        """Open a Qt console that shares this kernel: %qtconsole [OPTIONS]"""
        try:
            connect.connect_qtconsole(argv=shlex.split(line))
        except connect.NoQtConsole as error:
            raise UsageError(f"%qtconsole: {error}") from None

    @line_magic
    def autosave(self, line):
        """The classic Notebook's; in JupyterLab a setting says how often a notebook is saved: %autosave SECONDS"""
        try:
            int(line)
        except ValueError:
            raise UsageError(f"%autosave SECONDS: {line!r} is no number") from None
        print("%autosave was the classic Notebook's and does nothing here. In JupyterLab: Settings, Document Manager, Autosave Interval.")

    @line_magic
    def subshell(self, line):
        """Subshells of this kernel: it has none: %subshell"""
        print(f"This kernel has no subshells: cells run one after another, in the thread {threading.get_ident()}.")
