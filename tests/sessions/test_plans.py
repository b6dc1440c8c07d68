"""Plans that are forced on sessions give the session that was left, or refuse by name (plans.py; `./dev stress plans` runs all)."""

from pathlib import Path

import pytest

from tests.sessions import plans, session_file

FILES = Path(__file__).parent / "files"
SAMPLE = ("callbacks-of-matplotlib", "figures-current", "import-hooks", "loggers-and-handlers", "magic-run-reaches-back", "names-of-every-kind-deleted",
          "pyplot-without-a-figure-yet", "state-random", "subclasses-in-order", "threads-numbered")


@pytest.mark.parametrize("name", SAMPLE)
def test_forced_plans(name, tmp_path):
    report = plans.check(session_file.read(FILES / f"{name}.py"), tmp_path)
    assert not report.failures, "\n".join(report.failures)
    assert report.boundaries == len(plans.MIDDLES) + len(plans.ENDS) and report.ran_on and report.ways.get("replayed", 0) + report.ways.get("stored", 0) >= report.equal > 0
