"""What the text of cells speaks of: words, attributes that they assign, functions for the exit, what they give codecs.

Each cell is read once, and a long one in pieces, since all of it is idle work that gives way to requests. The patterns
are bounded, so that the time is linear in the text whatever it holds: a cell may be a literal of a hundred megabytes. They
are compiled when they are first used: no start of a kernel waits for it.
"""
import re
import sys

from .kind import give_way

PIECE, OVERLAP = 1 << 16, 1 << 10  # characters; what crosses the border of a piece is read twice
ASSIGNED = (r"(?<![\w.])([^\W\d][\w.]{0,200})\.([^\W\d]\w{0,100})\s{0,20}(?::[\w\s.,|\[\]'\"]{1,200})?(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)"
            r"|setattr\s{0,20}\(\s{0,20}([^\W\d][\w.]{0,200})\s{0,20},\s{0,20}['\"](\w{1,100})['\"]")
DELETING = r"\bdel\s{1,20}([^\n;#]{1,500})|\bdelattr\s{0,20}\(\s{0,20}([^\W\d][\w.]{0,200})\s{0,20},\s{0,20}['\"](\w{1,100})['\"]"
DELETED = r"(?<![\w.])([^\W\d][\w.]{0,200})\.([^\W\d]\w{0,100})(?=\s{0,20}(?:[,)]|$))"
OF_RESULTS = r"[\])]\s{0,20}\.\s{0,20}([^\W\d]\w{0,100})\s{0,20}(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)"  # `of(x)[0].attribute = 1`
SUITE = r"^[ \t]{0,100}(?:if|elif|else|for|while|with|try|except|finally|def)\b[^\n]{0,300}:"  # what stands behind it on its line
PART = r"(?:[^\n=,#:;()]|(?<![\w\])])\(|\))"  # of what stands before the sign: no call
OF_TUPLES = rf"(?m)(?:^|;|{SUITE})[ \t]{{0,100}}(?=[^ \t])((?:{PART}{{1,200}},){{1,20}}{PART}{{0,200}})=(?!=)"  # `of.this, (of.that, x) = 1, (2, 3)`
TARGET = r"\.([^\W\d]\w{0,100})\s{0,20}(?=[,)\]]|$)"
FILLED = (r"(?<![\w.])([^\W\d][\w.]{0,200})(?:\s?\[[^\n]{1,200}?\]\s{0,20}(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)"
          r"|\s{0,20}\.(?:append|extend|insert|remove|clear|update|setdefault|popitem|pop|add|discard|sort|reverse)\s{0,20}\(|\s{0,20}[-+|&^]=)"
          r"|\bdel\s{1,20}([^\W\d][\w.]{0,200})\s?\[")
DOTTED = r"(?<![\w.])[^\W\d]\w{0,100}(?:\.[^\W\d]\w{0,100}){1,8}"
FROM = r"\bfrom\s{1,20}([^\W\d][\w.]{0,200})\s{1,20}import\s{1,20}(?:\(([^()]{1,2000})\)|([^\n;#(]{1,1000}))"
WORD = r"(?<!\w)[^\W\d]\w{0,100}(?!\w)"
EXIT = r"\batexit\s{0,20}\.\s{0,20}register\b|\bfrom\s{1,20}atexit\s{1,20}import\b"
CODECS = r"\bcodecs\s{0,20}\.\s{0,20}register\s{0,20}\(|\bfrom\s{1,20}codecs\s{1,20}import\b[^\n]{0,200}\bregister\b"
ERROR = r"\bregister_error\s{0,20}\(\s{0,20}['\"]([^'\"\n]{1,100})['\"]"
COMPUTING = {"setattr", "__setattr__", "__dict__", "vars"}  # who says these may set an attribute without spelling it


def words_of(cells) -> set[str]:
    return {match[0] for cell in cells for match in re.finditer(WORD, cell)}


class Spoken:
    def __init__(self):
        self._read = []        # the cells that were read
        self.words = set()
        self.assigned = set()  # (dotted name, attribute)
        self.deleted = set()   # the same of attributes that they delete
        self.attributes = set()  # the attributes of those, and of what expressions give
        self.filled = set()      # dotted names of containers that cells change
        self.dotted = set()      # all dotted names
        self.imported = {}       # name -> dotted name, of what cells import from modules
        self.exits = False     # some cell registers functions for the exit
        self.codecs = False    # or functions that find codecs
        self.errors = set()    # names under which cells register handlers of errors in codecs

    @property
    def computes(self) -> bool:
        """Whether cells may have set attributes under names that they do not spell."""
        return not self.words.isdisjoint(COMPUTING)

    def may_set(self, attribute) -> bool:
        """Whether cells may have set such an attribute of something, whatever they call it."""
        return attribute in self.attributes or self.computes and (not attribute.startswith("_") or attribute in self.words)

    def look(self, cells) -> None:
        """Reads what is new. Raises Stopped where a request waits."""
        if cells[:len(self._read)] != self._read:
            self.__init__()    # somebody changed In
        for cell in cells[len(self._read):]:
            for start in range(0, len(cell), PIECE):
                give_way()
                self._take(cell[start:start + PIECE + OVERLAP])
            self._read.append(cell)

    def _take(self, text) -> None:
        self.words.update(sys.intern(match[0]) for match in re.finditer(WORD, text))
        assigned = {(match[1] or match[3], match[2] or match[4]) for match in re.finditer(ASSIGNED, text)}
        self.assigned |= assigned
        for match in re.finditer(DELETING, text):
            self.deleted.update(re.findall(DELETED, match[1]) if match[1] else [(match[2], match[3])])
        self.attributes.update([attribute for _, attribute in assigned] + re.findall(OF_RESULTS, text))
        self.attributes.update(attribute for targets in re.findall(OF_TUPLES, text) for attribute in re.findall(TARGET, targets))
        self.filled.update(match[1] or match[2] for match in re.finditer(FILLED, text))
        self.dotted.update(match[0] for match in re.finditer(DOTTED, text))
        for match in re.finditer(FROM, text):
            for part in (match[2] or match[3]).split(","):
                if (words := part.split()) and len(words) in (1, 3):
                    self.imported[words[-1]] = f"{match[1]}.{words[0]}"
        self.exits = self.exits or re.search(EXIT, text) is not None
        self.codecs = self.codecs or re.search(CODECS, text) is not None
        self.errors.update(match[1] for match in re.finditer(ERROR, text))
