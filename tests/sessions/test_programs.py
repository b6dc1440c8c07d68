"""Random programs come back as they were (programs.py; `./dev stress programs` runs hundreds)."""

import pytest

from tests.sessions import canon, harness, programs


@pytest.mark.parametrize("seed", (2, 16, 18))
def test_program(seed, tmp_path):
    report = harness.check(programs.session(seed), tmp_path, every=False)
    assert not report.failures, "\n".join(report.failures)
    assert report.boundaries == 2 and report.equal


def test_the_account_tells_sharing_and_values():
    def account(code):
        namespace = {"__name__": "__main__"}
        exec(code, namespace)
        return canon.canon(namespace, sorted(n for n in namespace if len(n) == 1))

    same = account("a = [1.5]; b = a")
    assert account("a = [1.5]; b = a") == same
    for other in ("a = [1.5]; b = [1.5]", "a = [2.5]; b = a", "a = (1.5,); b = a", "a = [1.5]; a.append(a); b = a"):
        assert account(other) != same
