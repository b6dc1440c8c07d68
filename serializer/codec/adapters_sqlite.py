"""sqlite3: databases in memory, as their pages; connections to them and to files, cursors that have no rows to come, rows.

What is in a file is the world's: a connection is right where its file is the same one. A database in memory comes back page by page, as SQLite copies it. A connection counts what it changed, and SQL can ask for that: it has
counted as much before it is filled.
"""
import contextlib
import importlib
import pathlib

from kernelferry._ferry import Unguarded, set_member
from kernelferry.objects import sqlite, sqlite_files

connected = []  # files to which connections were made; decode() says them

_BATCH = 100_000  # rows that count as changed in one go


def reduce_connection(encoding, con):
    if type(con) is not importlib.import_module("sqlite3").Connection:
        return NotImplemented
    held, row_factory, text_factory = sqlite.connection(con)
    if held is not None:
        *open_, content = held
        held = *open_, encoding.own_buffer(content) if type(content) is bytes else content
    return make_connection, (held,), (row_factory, text_factory), None, None, set_connection


def make_connection(held):
    sqlite3 = importlib.import_module("sqlite3")
    if held is None:
        con = sqlite3.connect(":memory:")
        con.close()
        return con
    made, settings, counts, content = held
    isolation_level, detect_types, check_same_thread, deserialized, temporary = made
    name, is_uri = _in_file(*content) if type(content) is tuple else (":memory:", False)
    with Unguarded():
        con = sqlite3.connect(name, detect_types=detect_types, isolation_level=None, check_same_thread=check_same_thread, uri=is_uri)
    if type(content) is tuple:
        if "journal_mode" in settings and con.execute("pragma journal_mode").fetchone()[0] == "wal":
            raise ValueError(f"the file {content[0]} is in WAL mode, out of which it would be taken: connect to it again")
        _count(con, *counts)
    elif content is not None:
        content = bytes(content)
        _fill(sqlite3, con, content, counts, deserialized, settings)
    for name in sqlite.PRAGMAS:
        if name == "query_only" and temporary:
            con.execute("create temporary table ferry (x)")
            con.execute("drop table temp.ferry")
        if name in settings:
            con.execute(f"pragma {name}='{settings[name]}'")
    for category, limit in zip(sqlite.LIMITS, settings.get("limits", ())):
        con.setlimit(category, limit)
    if settings.get("extensions"):
        con.enable_load_extension(True)
    con.isolation_level = isolation_level
    if type(content) is tuple:
        connected.append(content[0])
    if sqlite.connection(con)[0] != (made, settings, counts, content):
        raise ValueError("a database that this SQLite does not make again as it was")
    return con


def _in_file(path, identity, mode, uris) -> tuple[str, bool]:
    """What to connect to, and whether it is a URI."""
    if sqlite_files.identity_of(path) != identity:
        raise ValueError(f"the file {path} is not there, or is another one: connect to it again")
    return (f"{pathlib.Path(path).as_uri()}?mode={mode}" if uris else path), uris


def set_connection(con, state):
    con.row_factory, con.text_factory = state


def _fill(sqlite3, con, content, counts, deserialized, settings):
    source = sqlite3.connect(":memory:")
    try:
        source.deserialize(content)
        # An encoding that is set before there are tables is not in the bytes.
        values = {name: source.execute(f"pragma {name}").fetchone()[0] for name in ("page_size", "encoding", "schema_version")} | settings
        con.execute(f"pragma page_size={values['page_size']}")
        con.execute(f"pragma encoding='{values['encoding']}'")
        _count(con, *counts)
        if deserialized:
            con.deserialize(content)
        else:
            source.backup(con)
            con.execute(f"pragma schema_version={values['schema_version']}")
    finally:
        source.close()


def _count(con, total, last, row):
    """Lets it count so many changes in all, and by the last statement, and a row as the last one that came in."""
    if not 0 <= last <= total:
        raise ValueError("counts that no connection has")
    rest = total - last
    con.execute("attach ':memory:' as ferry")
    con.execute("create table ferry.t (x integer primary key)")
    if rest > _BATCH:
        _insert(con, _BATCH, 0)
        rest -= _BATCH
        while rest > _BATCH:
            with _undone(con):
                con.execute("delete from ferry.t")
            rest -= _BATCH
        con.execute("drop table ferry.t")
        con.execute("create table ferry.t (x integer primary key)")
    for count in filter(None, (rest, last)):
        with _undone(con):
            _insert(con, count, row)
    if not last:
        con.execute("update ferry.t set x = x where 0")
    con.execute("detach ferry")


@contextlib.contextmanager
def _undone(con):
    """What was changed counts on."""
    con.execute("begin")
    yield
    con.execute("rollback")


def _insert(con, count, row):
    """So many rows, the last of which has this number."""
    con.execute("insert into ferry.t with recursive n(x) as (select ? union all select x + 1 from n where x < ?) select x from n", (row - count + 1, row))


def reduce_cursor(encoding, cursor):
    if type(cursor) is not importlib.import_module("sqlite3").Cursor:
        return NotImplemented
    con, *members, row_factory, closed = sqlite.cursor(cursor)
    return make_cursor, (con, *members, closed), (row_factory,), None, None, set_cursor


def make_cursor(con, description, lastrowid, rowcount, arraysize, closed):
    cursor = importlib.import_module("sqlite3").Cursor(con)
    for name, value in (("description", description), ("lastrowid", lastrowid), ("rowcount", rowcount)):
        set_member(cursor, name, value)
    cursor.arraysize = arraysize
    if closed:
        cursor.close()
    return cursor


def set_cursor(cursor, state):
    cursor.row_factory, = state


def reduce_row(encoding, row):
    if type(row) is not importlib.import_module("sqlite3").Row:
        return NotImplemented
    return make_row, sqlite.row(row)


def make_row(values, description):
    sqlite3 = importlib.import_module("sqlite3")
    con = sqlite3.connect(":memory:")
    try:
        cursor = con.cursor()
        set_member(cursor, "description", description)
        return sqlite3.Row(cursor, values)
    finally:
        con.close()


ADAPTERS = {"sqlite3.Connection": reduce_connection, "sqlite3.Cursor": reduce_cursor, "sqlite3.Row": reduce_row}
