"""What a cell behind the last save did to the world stands there once after the engine was killed, whoever held what it wrote to."""

LOG = """
import logging, logging.handlers
logger = logging.getLogger("run"); logger.setLevel("INFO")
logger.addHandler(logging.FileHandler("run.log"))
logger.addHandler(logging.handlers.RotatingFileHandler("rotating.log", maxBytes=10**6))
"""


def crash(notebook, saved, behind):
    """The first cells are saved, the others run after that; the engine is killed, and the session comes back -> what became of these."""
    notebook.write(*(f"c{n}" for n in range(len(saved) + len(behind) + 2)))
    kernel = notebook.open(FERRY_SAVE="manual")
    for number, source in enumerate(saved):
        assert kernel.run(source, f"c{number}").status == "ok"
    kernel.magic("%checkpoint")
    for number, source in enumerate(behind, len(saved)):
        answer = kernel.run(source, f"c{number}")
        assert answer.status == "ok", answer.error
    kernel.kill()
    kernel = notebook.open()
    assert kernel.run("'it is back'", "c0").status == "ok"
    return kernel.magic("%resume")["cells_behind"]


def lines(path):
    return path.read_text().splitlines()


def test_lines_of_a_log(notebook):
    behind = crash(notebook, [LOG, "kept = [1]"], ["logger.info('once'); made = 1", "other = len(kept)"])
    assert [outcome["status"] for outcome in behind] == ["not-replayed", "not-replayed"], behind
    assert lines(notebook.folder / "run.log") == lines(notebook.folder / "rotating.log") == ["once"]
    assert "it wrote a file" in behind[0]["reason"] and "run.log" in behind[0]["reason"]
    assert behind[1]["reason"] == "cell [3] before it was not run again, and it may depend on what that did"
