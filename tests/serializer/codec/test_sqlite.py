"""Connections of sqlite3 to databases in memory go on as they were set to."""
import sqlite3
import threading

import pytest

from kernelferry.codec import EncodeError, decode, encode

SPACE = {"__name__": "__main__"}


def again(con):
    return decode(b"".join(encode({"con": con}, {}, {}, SPACE).chunks), None, SPACE)[0]["con"]


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
