"""Completion, inspection and "is this complete?", as content of the replies."""
import re

from IPython.core.completer import Completion, provisionalcompleter, rectify_completions
from IPython.utils.tokenutil import token_at_cursor


UNKNOWN = "<unknown>"       # IPython's word for a completion that neither Jedi nor one of its own matchers made
IMPORT = r"\s*(?:from|import)\s+[\w.]*$"     # up to a module's name
PATH = r"\s*%?(?:cd|run)\s"


def kind(line):
    """What is known of such a completion behind the line; "" if nothing is."""
    return "module" if re.match(IMPORT, line) else "path" if re.match(PATH, line) else ""


def once(code, found):
    """Each completion with its kind. Where Jedi and a matcher of IPython made the same, it is there once, with the kind that is known."""
    apart = {}
    for c in found:
        if c.type == UNKNOWN:
            c.type = kind(code[:c.start].rpartition("\n")[2])
        first = apart.setdefault((c.start, c.end, c.text), c)
        first.type = first.type or c.type
    return list(apart.values())


def complete(shell, code, cursor, pending=()):
    """pending: names that the session is still bringing back."""
    with provisionalcompleter():
        found = once(code, rectify_completions(code, shell.Completer.completions(code, cursor)))
        begun = re.search(r"(?<![\w.])[^\W\d]\w*$", code[:cursor])
        if begun:
            known = {c.text for c in found}
            found += [Completion(begun.start(), cursor, name, type="instance") for name in pending if name.startswith(begun[0]) and name not in known]
    types = [{"start": c.start, "end": c.end, "text": c.text, "type": c.type, "signature": c.signature} for c in found]
    return {"status": "ok", "matches": [c.text for c in found], "metadata": {"_jupyter_types_experimental": types},
            "cursor_start": found[0].start if found else cursor, "cursor_end": found[0].end if found else cursor}


def inspect(shell, code, cursor, detail):
    reply = {"status": "ok", "found": False, "data": {}, "metadata": {}}
    try:
        reply["data"] = dict(shell.object_inspect_mime(token_at_cursor(code, cursor), detail_level=detail))
        reply["found"] = True
        if not shell.enable_html_pager:
            reply["data"].pop("text/html", None)
    except KeyError:
        pass
    return reply


def is_complete(shell, code):
    status, indent = shell.input_transformer_manager.check_complete(code)
    return {"status": status, "indent": " " * indent} if status == "incomplete" else {"status": status}
