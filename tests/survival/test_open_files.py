"""What a session had open in its folder is open again after its engine was killed, over the same files."""


def test_a_connection_to_a_database_file(notebook):
    notebook.write(*(f"c{n}" for n in range(5)))
    kernel = notebook.open()
    assert kernel.run("import sqlite3; con = sqlite3.connect('kept.db', timeout=7); con.row_factory = sqlite3.Row; other = sqlite3.connect('gone.db')\n"
                      "with con: con.execute('create table t (x)'); cur = con.execute('insert into t values (1)')", "c0").status == "ok"
    kernel.run("with con: con.execute('insert into t values (2)')\nbox = [con]", "c1")
    kernel.magic("%checkpoint")
    kernel.kill()
    (notebook.path.parent / "gone.db").unlink()
    kernel = notebook.open()
    report = kernel.magic("%resume last")["variables"]
    assert {report[name]["verified"] for name in ("con", "cur", "box")} == {True}, report
    assert report["other"]["way"] in ("failed", "lost") and "gone.db is not there" in report["other"]["reason"]
    assert not (notebook.path.parent / "gone.db").exists()
    told = kernel.run("with con: con.execute('insert into t values (3)')\n"
                      "print([row['x'] for row in con.execute('select x from t')], con.total_changes, box[0] is con, cur.connection is con, "
                      "con.execute('pragma busy_timeout').fetchone()[0], con.in_transaction)", "c2")
    assert told.text == "[stdout] [1, 2, 3] 3 True True 7000 False\n"


def test_a_file_that_is_written_goes_on_where_it_stood_and_is_named_where_it_was_written_to_since(notebook):
    notebook.write(*(f"c{n}" for n in range(5)))
    kernel = notebook.open()
    kernel.run("log, later, kept, gone = (open(f'{name}.txt', 'a' if name == 'log' else 'w') for name in ('log', 'later', 'kept', 'gone'))\n"
               "for file in (log, later, gone): print('one', file=file, flush=True)\n_ = kept.write('not flushed')", "c0")
    kernel.magic("%checkpoint")
    kernel.kill()
    folder = notebook.path.parent
    with open(folder / "later.txt", "a") as later:
        later.write("by another")
    (folder / "gone.txt").unlink()
    kernel = notebook.open()
    report = kernel.magic("%resume last")["variables"]
    assert report["log"]["verified"] is True and "flush it" in report["kept"]["reason"]
    assert "later.txt is not what it was: it was written to since" in report["later"]["reason"] and "gone.txt" in report["gone"]["reason"]
    assert {report[name]["way"] for name in ("later", "kept", "gone")} <= {"failed", "lost"} and not (folder / "gone.txt").exists()
    assert kernel.run("print('two', file=log, flush=True); print(open('log.txt').read().split(), log.mode)", "c1").text == "[stdout] ['one', 'two'] a\n"
    assert (folder / "later.txt").read_text() == "one\nby another"
    told = kernel.magic("%session rehearse")
    assert (folder / "log.txt").read_text() == "one\ntwo\n", told
