"""A database in memory that a library holds itself is not there after a resume: nothing of the session leads to it, and it is named."""

import json


def test_tables_of_duckdbs_own_connection_are_named_and_asking_disturbs_nothing(notebook):
    notebook.write(*(f"c{n}" for n in range(4)))
    kernel = notebook.open()
    assert kernel.run("import duckdb; duckdb.sql('create table trips as select 42 as n'); open_result = duckdb.execute('from trips')", "c0").status == "ok"
    kernel.magic("%checkpoint")
    assert "[(42,)]" in kernel.run("open_result.fetchall()", "c1").text
    kernel.run("del open_result; rows = duckdb.sql('from trips').fetchall()", "c2")
    kernel.magic("%checkpoint")
    kernel.kill()
    report = notebook.open().magic("%resume last")
    told = report["process"]["settings"]
    assert told["way"] == "failed" and "tables in memory (trips)" in told["reason"], json.dumps(told)
    assert report["variables"]["rows"]["verified"] is True


def test_a_connection_without_tables_is_no_loss(notebook):
    notebook.write(*(f"c{n}" for n in range(4)))
    kernel = notebook.open()
    kernel.run("import duckdb; rows = duckdb.sql('select 1').fetchall()", "c0")
    kernel.magic("%checkpoint")
    kernel.kill()
    assert "settings" not in notebook.open().magic("%resume last")["process"]
