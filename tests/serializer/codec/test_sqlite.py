"""Connections of sqlite3 to databases in memory and in files go on as they were set to."""
import sqlite3
import subprocess
import sys
import threading

import pytest

from kernelferry.codec import DecodeError, EncodeError, decode, encode
from kernelferry.objects import threads

SPACE = {"__name__": "__main__"}


def stored(con):
    return b"".join(encode({"con": con}, {}, {}, SPACE).chunks)


def load(blob):
    return decode(blob, None, SPACE).values["con"]


def again(con):
    return load(stored(con))


@pytest.mark.parametrize("statements", [
    ("pragma page_size = 8192", "pragma encoding = 'utf-16le'"),
    ("pragma user_version = 3", "pragma encoding = 'utf-16le'"),
    ("pragma auto_vacuum = incremental", "pragma encoding = 'utf-16be'", "pragma query_only = on"),
    ("create table t (x)", "pragma auto_vacuum = full"),
])
def test_a_database_without_rows_is_as_it_was_set(statements):
    con = sqlite3.connect(":memory:")
    for statement in statements:
        con.execute(statement).fetchall()
    back = again(con)
    for each in (con, back):
        each.execute("pragma query_only = off")
        each.execute("create table later (x)")
    names = "page_size", "encoding", "user_version", "auto_vacuum"
    assert [con.execute(f"pragma {name}").fetchone() for name in names] == [back.execute(f"pragma {name}").fetchone() for name in names]
    assert back.serialize() == con.serialize()


@pytest.mark.skipif(not hasattr(sqlite3.Connection, "enable_load_extension"), reason="this Python loads no extensions")
@pytest.mark.parametrize("allowed", [True, False])
def test_a_connection_loads_extensions_where_it_was_allowed_to(allowed):
    con = sqlite3.connect(":memory:")
    con.enable_load_extension(allowed)
    for each in (con, again(con)):
        with pytest.raises(sqlite3.OperationalError) as raised:
            each.execute("select load_extension('/dev/null/none')")
        assert ("not authorized" in str(raised.value)) is not allowed


def test_a_connection_that_a_thread_may_be_using_is_not_asked(monkeypatch):
    shared, own = sqlite3.connect(":memory:", check_same_thread=False), sqlite3.connect(":memory:")
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    # Other tests of this process may have left threads behind.
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread(), *[thread] * thread.is_alive()])
    try:
        again(own)
        with pytest.raises(EncodeError, match="a thread of the session may be using it"):
            again(shared)
    finally:
        end.set()
        thread.join()
    again(shared)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a ?%file.db"
    with sqlite3.connect(path) as con:
        con.executescript("create table t (x); insert into t values (1)")
    con.close()
    return path


def test_a_connection_to_a_file_goes_on_as_it_was_set(path, monkeypatch):
    monkeypatch.setattr(threads, "of_session", list)  # some of an earlier test may go on
    con = sqlite3.connect(path, timeout=2.5, isolation_level="EXCLUSIVE", detect_types=3, check_same_thread=False)
    con.row_factory, con.text_factory = sqlite3.Row, bytes
    con.executescript("pragma foreign_keys = on; pragma synchronous = off; pragma journal_mode = persist; pragma cache_size = 17; pragma mmap_size = 65536")
    with con:
        con.executemany("insert into t values (?)", [(2,), (3,), (4,)])
        con.execute("delete from t where x = 4")
    back = again(con)
    for name in ("foreign_keys", "synchronous", "journal_mode", "cache_size", "mmap_size", "busy_timeout", "page_size", "encoding", "database_list"):
        asked = [[tuple(row) for row in each.execute(f"pragma {name}")] for each in (con, back)]
        assert asked[0] == asked[1], name
    counts = [tuple(each.execute("select total_changes(), changes(), last_insert_rowid()").fetchone()) for each in (con, back)]
    assert counts == [(4, 1, 4)] * 2 and back.isolation_level == "EXCLUSIVE" and back.row_factory is sqlite3.Row and back.text_factory is bytes
    with back:
        back.execute("insert into t values ('é')")
    assert [row[0] for row in con.execute("select x from t")] == [1, 2, 3, "é".encode()] and not back.in_transaction


def test_what_others_write_to_the_file_is_seen_as_ever(path):
    con = sqlite3.connect(path)
    blob = stored(con)
    con.close()
    with sqlite3.connect(path) as other:
        other.execute("insert into t values (2)")
    other.close()
    assert load(blob).execute("select count(*) from t").fetchone() == (2,)


def test_what_may_only_be_read_stays_so(path):
    back = again(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True))
    assert back.execute("select x from t").fetchall() == [(1,)]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        back.execute("insert into t values (2)")


def test_a_file_with_its_log_beside_it(path):
    con = sqlite3.connect(path)
    con.execute("pragma journal_mode = wal")
    with con:
        con.execute("insert into t values (2)")
    back = again(con)
    assert back.execute("pragma journal_mode").fetchone() == ("wal",) and back.execute("select count(*) from t").fetchone() == (2,)


def test_a_file_that_others_gave_a_log_keeps_it(path):
    con = sqlite3.connect(path)
    con.execute("pragma journal_mode = truncate")
    blob = stored(con)
    con.close()
    other = sqlite3.connect(path)
    other.execute("pragma journal_mode = wal")
    other.close()
    with pytest.raises(DecodeError, match="in WAL mode"):
        load(blob)
    assert sqlite3.connect(path).execute("pragma journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: (path.rename(f"{path}.old"), path.write_bytes(path.with_name(f"{path.name}.old").read_bytes()))],
                         ids=["removed", "another"])
def test_another_file_is_named_and_not_made(path, change):
    con = sqlite3.connect(path)
    blob = stored(con)
    con.close()
    change(path)
    there = path.exists()
    with pytest.raises(DecodeError, match="is not there, or is another one"):
        load(blob)
    assert path.exists() is there


def removed(path):
    con = sqlite3.connect(path)
    path.unlink()
    return con


def begun(path):
    con = sqlite3.connect(path)
    con.execute("insert into t values (2)")
    return con


def reading(path):
    return sqlite3.connect(path).execute("select x from t")


def exclusive(path):
    con = sqlite3.connect(path)
    con.execute("pragma locking_mode = exclusive")
    return con


def with_function(path):
    con = sqlite3.connect(path)
    con.create_function("f", 0, int)
    return con


@pytest.mark.parametrize("make, why", [
    (removed, "has been removed"), (begun, "commit it"), (reading, "in the middle of its rows"), (exclusive, "keeps its file locked"),
    (with_function, "the function f was registered"),
    (lambda path: sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True), "does not lock its file"),
    (lambda path: sqlite3.connect(f"{path.as_uri()}?cache=shared", uri=True), "other connections may share"),
])
def test_what_would_not_come_back_is_refused(path, make, why):
    with pytest.raises(EncodeError, match=why):
        stored(make(path))


def test_nobody_waits_for_a_lock_of_others(path):
    other, con = sqlite3.connect(path, isolation_level=None), sqlite3.connect(path, timeout=3600)
    other.execute("begin exclusive")
    with pytest.raises(EncodeError, match="locked"):
        stored(con)
    other.execute("rollback")
    assert again(con).execute("pragma busy_timeout").fetchone() == con.execute("pragma busy_timeout").fetchone() == (3600000,)


def test_asking_lets_go_of_no_lock(path):
    holder, con = sqlite3.connect(path, isolation_level=None), sqlite3.connect(path)
    holder.execute("begin immediate")
    holder.execute("insert into t values (2)")
    stored(con)
    other = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('begin immediate')"
    assert b"locked" in subprocess.run([sys.executable, "-c", other], capture_output=True).stderr
