"""What a connection of sqlite3 to a database in memory or in a file is made of, and its cursors and rows.

Asking a connection runs statements on it: they count nothing, begin no transaction, and none is run where a function of
the session would be told of it. What a connection was made with it does not tell; where that stands in its memory is found
by connections of known making. TypeError says what cannot be seen, or would not come back.
"""
import functools
import gc
import importlib
import types

from kernelferry._ferry import instance_memory
from kernelferry.objects import sqlite_files, threads
from kernelferry.objects.members import field, place_of

MOST = 8 << 20  # bytes: each look copies the database, and a cell that comes meanwhile waits, 2 to 7 ms a MB

# All that a connection is set to and can be asked for; what the database itself keeps is in its bytes. One that depends on another
# comes after it, and what forbids writing last.
PRAGMAS = ("analysis_limit automatic_index busy_timeout cache_size cache_spill cell_size_check checkpoint_fullfsync count_changes "
           "defer_foreign_keys empty_result_callbacks encoding foreign_keys full_column_names fullfsync ignore_check_constraints journal_mode "
           "journal_size_limit legacy_alter_table locking_mode max_page_count page_size read_uncommitted recursive_triggers reverse_unordered_selects "
           "secure_delete short_column_names synchronous temp_store threads trusted_schema wal_autocheckpoint writable_schema mmap_size query_only").split()
LIMITS = range(12)  # categories of Connection.getlimit


def connection(con):
    """(open or None, row_factory, text_factory): open is (made, settings, counts, content). made: what it is made with;
    settings: what it is set to; counts: changes in all, by the last statement, last row; content: the database, or a tuple, the place of its file."""
    if is_closed(con):
        return None, con.row_factory, con.text_factory
    referents = gc.get_referents(con)
    if any(type(held) is types.ModuleType for held in referents):
        raise TypeError("functions of the session are told what it does")
    detect_types, check_same_thread = _made_with(con)
    if not check_same_thread and threads.of_session():
        raise TypeError("a thread of the session may be using it, and asking would wait for that: let the threads end")
    if con.in_transaction:
        raise TypeError("a transaction is open, which could not be rolled back any more: commit it")
    with _Asking(con) as ask:
        _refuse_registered(ask)
        file, deserialized, temporary = _kind(ask)
        made = (con.isolation_level, detect_types, check_same_thread, deserialized, temporary)
        counts = (con.total_changes, *ask("select changes(), last_insert_rowid()")[0])
        content = sqlite_files.place_of(ask, file) if file else _content(ask)
        usual = _new()[0] | (_usual_of_file(ask) if file else {})
        settings = {name: value for name, value in _settings(ask).items() if value != usual[name]}
    if settings.get("locking_mode") == "exclusive":
        raise TypeError("it keeps its file locked (pragma locking_mode)")
    if content is None and counts != (0, 0, 0):
        raise TypeError("an empty database that has counted changes")
    return (made, settings, counts, content), con.row_factory, con.text_factory


def _content(ask) -> bytes | None:
    if ask("pragma journal_mode")[0][0] not in ("memory", "off"):
        raise TypeError("a database in a file without a name")
    pages, size = ask("select page_count, page_size from pragma_page_count, pragma_page_size")[0]
    if pages * size > MOST:
        raise TypeError("a database in memory of more than 8 MiB: copy it into a file by its method backup(), or use one in a file")
    return ask.con.serialize() if pages else None


def _usual_of_file(ask) -> dict:
    """What is the file's, not the connection's: what it is set to for all."""
    own = {name: ask(f"pragma {name}")[0][0] for name in ("page_size", "encoding", "journal_mode")}
    return own | {"mmap_size": 0, "journal_mode": own["journal_mode"] if own["journal_mode"] == "wal" else "delete"}


def is_closed(con) -> bool:
    try:
        con.in_transaction
    except importlib.import_module("sqlite3").ProgrammingError as error:
        if "closed database" in str(error):
            return True
        raise
    return False


class _Asking:
    """Rows of a statement, past what the session makes of rows and of text. What others have locked nobody waits for."""

    def __init__(self, con):
        self.con = con
        self._cursor = importlib.import_module("sqlite3").Cursor(con)  # without the connection's row_factory

    def __enter__(self):
        self._kept = self.con.text_factory
        self.con.text_factory = str
        self.timeout = self("pragma busy_timeout")[0][0]
        self("pragma busy_timeout = 0")
        return self

    def __exit__(self, *error):
        self(f"pragma busy_timeout = {self.timeout}")
        self.con.text_factory = self._kept

    def __call__(self, statement):
        return self._cursor.execute(statement).fetchall()

    def rows(self, statement):
        """A cursor that stands before its first row."""
        return importlib.import_module("sqlite3").Cursor(self.con).execute(statement)


def _kind(ask) -> tuple:
    """(path of its file or "", whether it was filled by deserialize(), whether a database for temporary tables was made)."""
    databases = {name: file for _, name, file in ask("select seq, name, file from pragma_database_list")}
    main, temporary = databases.pop("main"), databases.pop("temp", None)
    if databases:
        raise TypeError(f"another database is attached to it: {', '.join(sorted(databases))}")
    if temporary is not None and ask("select count(*) from sqlite_temp_master")[0][0]:
        raise TypeError("it has temporary tables")
    if any(row[1] == "TableLock" for row in ask("explain select 1 from sqlite_master")):
        raise TypeError("a database in memory that other connections may share")
    return ("" if main == "x" else main), main == "x", temporary is not None


def _settings(ask) -> dict:
    found = {name: (ask(f"pragma {name}") or [(None,)])[0][0] for name in PRAGMAS}
    return found | {"busy_timeout": ask.timeout, "limits": [ask.con.getlimit(category) for category in LIMITS], "extensions": _loads_extensions(ask)}


def _loads_extensions(ask) -> bool:
    """Whether enable_load_extension() has allowed it; by the words in which SQLite refuses to load what is none."""
    sqlite3 = importlib.import_module("sqlite3")
    try:
        ask("select load_extension('/dev/null/none')")
    except sqlite3.OperationalError as error:
        return not any(word in str(error) for word in ("not authorized", "no such function"))
    raise TypeError("what extensions it loads cannot be seen")


def _refuse_registered(ask):
    """What only C could give out must be as in a new connection; till then no function is called, which may be the session's."""
    for kind, found, new in zip(("function", "collation", "module"), _registered(ask), _new()[1]):
        if other := sorted(found ^ new):
            raise TypeError(f"the {kind} {other[0][0]} was registered with it, which it does not give out")


def _registered(ask) -> tuple[set, ...]:
    return (set(ask("select name, narg, type, enc, flags, builtin from pragma_function_list")), set(ask("select name from pragma_collation_list")),
            {name for name in ask("select name from pragma_module_list") if not name[0].startswith("pragma_")})


@functools.cache
def _new() -> tuple[dict, tuple]:
    """What a new connection is set to, and what is registered with it."""
    con = importlib.import_module("sqlite3").connect(":memory:")
    try:
        with _Asking(con) as ask:
            return _settings(ask), _registered(ask)
    finally:
        con.close()


def _made_with(con) -> tuple[int, bool]:
    """(detect_types, check_same_thread)"""
    memory, (types_at, thread_at) = instance_memory(con), _places()
    return field(memory, "=i", types_at), field(memory, "=?", thread_at)


@functools.cache
def _places() -> tuple[int, int]:
    """Where in a connection's memory the two stand."""
    sqlite3 = importlib.import_module("sqlite3")
    known = [(0x5A5A5A5, True), (0, False), (3, True), (0x12345678, True), (1, False), (2, False), (0, True), (0x7654321, False)]
    connections = [sqlite3.connect(":memory:", detect_types=kinds, check_same_thread=thread) for kinds, thread in known]
    memories = [instance_memory(con) for con in connections]
    for con in connections:
        con.close()
    return (place_of([(memory, kinds) for memory, (kinds, _) in zip(memories, known)], "=i"),
            place_of([(memory, thread) for memory, (_, thread) in zip(memories, known)], "=B"))


def cursor(cur):
    """(connection, description, lastrowid, rowcount, arraysize, row_factory, whether it is closed), of one without rows to come."""
    sqlite3, closed = importlib.import_module("sqlite3"), False
    if any(type(held).__name__ == "Statement" for held in gc.get_referents(cur)):
        if cur.description is not None:  # else its statement, of executemany(), has no columns
            raise TypeError("a cursor in the middle of its rows: fetch them, or close it")
    else:
        try:
            sqlite3.Cursor.fetchone(cur)  # asks nobody for a row
        except sqlite3.ProgrammingError as error:
            closed = "closed cursor" in str(error)
            if not closed and "closed database" not in str(error):
                raise
    return cur.connection, cur.description, cur.lastrowid, cur.rowcount, cur.arraysize, cur.row_factory, closed


def row(record):
    """(values, description)"""
    values, description = (held for held in gc.get_referents(record) if type(held) is tuple)
    return values, description
