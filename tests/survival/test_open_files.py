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
