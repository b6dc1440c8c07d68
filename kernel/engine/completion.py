"""Completion, inspection and "is this complete?", as content of the replies."""
import re

from IPython.core.completer import Completion, provisionalcompleter, rectify_completions
from IPython.utils.tokenutil import token_at_cursor


def complete(shell, code, cursor, pending=()):
    """pending: names that the session is still bringing back."""
    with provisionalcompleter():
        found = list(rectify_completions(code, shell.Completer.completions(code, cursor)))
        begun = re.search(r"(?<![\w.])[^\W\d]\w*$", code[:cursor])
        if begun:
            known = {c.text for c in found}
            found += [Completion(begun.start(), cursor, name, type="instance") for name in pending if name.startswith(begun[0]) and name not in known]
    types = [{"start": c.start, "end": c.end, "text": c.text, "type": c.type.replace("<unknown>", ""), "signature": c.signature} for c in found]
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
