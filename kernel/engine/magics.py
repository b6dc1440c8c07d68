"""IPython's magics that would ask for a terminal, for a front end without one."""
import pathlib

from IPython.core import page
from IPython.core.error import UsageError
from IPython.core.macro import Macro
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magics.code import CodeMagics, MacroToEdit


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
