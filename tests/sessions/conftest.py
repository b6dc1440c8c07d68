"""Runs the sessions that were selected, two at a time, while pytest waits for each in turn."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.corpus import fetch
from tests.sessions import harness


@pytest.fixture(scope="session")
def pool():
    with ThreadPoolExecutor(2) as workers:
        yield workers
        workers.shutdown(cancel_futures=True)


def selected(request, parameter: str) -> list:
    """The values of a parameter in the tests of this run."""
    parameters = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    return [values[parameter] for values in parameters if parameter in values]


def submit(pool, sessions, folder) -> dict[str, Future]:
    once = {s.name: s for s in sessions}
    return {name: pool.submit(harness.check, s, folder / name.replace("/", "-"), every=False) for name, s in once.items()}


@pytest.fixture(scope="session")
def reports(request, pool, tmp_path_factory):
    """reports[name of a session file's session] is the future of its report."""
    return submit(pool, selected(request, "session"), tmp_path_factory.mktemp("sessions"))


@pytest.fixture(scope="session")
def corpus_reports(request, pool, tmp_path_factory):
    """The same for the corpus; without its sources the tests that ask for it are skipped."""
    try:
        sessions = list(fetch.sessions(selected(request, "entry")))
    except fetch.Unavailable as error:
        pytest.skip(f"the corpus cannot be fetched: {error}")
    return submit(pool, sessions, tmp_path_factory.mktemp("corpus"))
