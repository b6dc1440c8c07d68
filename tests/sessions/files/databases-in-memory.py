# name: databases-in-memory
# description: databases of sqlite3 in memory, what their connections are set to and have counted, cursors without rows to come, rows, and what was closed
# %%
import sqlite3
con = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES); same = con
con.execute("create table t (x integer primary key, day date)")
# %%
con.execute("pragma foreign_keys = on"); con.row_factory = sqlite3.Row; con.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 40)
with con: added = con.executemany("insert into t values (?, ?)", [(5, "2020-01-02"), (9, None)])
row = con.execute("select * from t order by x").fetchone(); rows = con.execute("select x from t").fetchall()
# %%
upper = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False); upper.text_factory = lambda b: b.decode().upper()
upper.executescript("pragma page_size = 1024; pragma encoding = 'utf-16'; create table words (w); insert into words values ('é'); pragma user_version = 3")
bare = sqlite3.connect(":memory:"); box = {"cursors": [bare.cursor(), upper.execute("select w from words where 0")]}; box["cursors"][0].arraysize = 4
# %%
given = sqlite3.connect(":memory:"); given.deserialize(con.serialize())
over = sqlite3.connect(":memory:"); shut = over.execute("select 1 as one"); shut.fetchall(); shut.close(); over.close()
with upper: word = upper.execute("select w from words").fetchall()
# %%
with con: deleted = con.execute("delete from t where x = 9")
del same; con
# %%
with con: last = con.execute("insert into t (day) values ('2021-03-04')")
counted = con.total_changes, [tuple(r) for r in con.execute("select changes(), last_insert_rowid()")], [tuple(r) for r in con.execute("select * from t")]
with given: given.execute("insert into t values (100, null)")
left = given.execute("select count(*) from t").fetchone()
bare.execute("create table made (later)"); names = bare.execute("select name from sqlite_master").fetchall()
# %% holds
type(row) is sqlite3.Row and tuple(row)[0] == 5 and row["day"].year == 2020 and row.keys() == ["x", "day"] and [tuple(r) for r in rows] == [(5,), (9,)]
added.connection is con and added.rowcount == 2 and added.lastrowid is None and added.row_factory is sqlite3.Row
con.isolation_level == "" and upper.isolation_level is None and con.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) == 40
# %% holds after 3
con.total_changes == 2 and tuple(con.execute("pragma foreign_keys").fetchone()) == (1,) and con.execute("select day from t").fetchone()[0].day == 2
box["cursors"][0].arraysize == 4 and box["cursors"][0].connection is bare and box["cursors"][1].description[0][0] == "w"
upper.execute("select w from words").fetchall() == [("É",)] and upper.execute("pragma user_version").fetchone() == (3,)
__import__("threading").Thread(target=upper.execute, args=("select 1",)).run() is None
# %% holds after 4
word == [("É",)] and shut.description[0][0] == "one"
[row[2] for row in given.execute("pragma database_list")] == ["x"] and given.execute("select count(*) from t").fetchone() == (2,)
# %% holds
counted == (4, [(1, 6)], [(5, row["day"]), (6, __import__("datetime").date(2021, 3, 4))]) and left == (3,) and names == [("made",)]
deleted.rowcount == 1 and last.lastrowid == 6
