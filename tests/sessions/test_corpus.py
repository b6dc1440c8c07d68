"""A sample of the corpus comes back as it was, by both policies; `./dev stress fidelity` runs all of it, `sample` an eighth."""

import pytest

from tests.corpus import fetch
from tests.sessions import harness


@pytest.mark.corpus
@pytest.mark.parametrize("entry", fetch.entries(quick=True), ids=lambda entry: entry["name"])
def test_corpus(entry, tmp_path):
    try:
        [session] = fetch.sessions([entry])
    except fetch.Unavailable as error:
        pytest.skip(f"the corpus cannot be fetched: {error}")
    report = harness.check(session, tmp_path / "s", every=False)
    assert not report.failures, "\n".join(report.failures)


def test_script_without_separators_is_cut_at_paragraphs():
    text = '"""doc"""\nimport a\n\nimport b\n\n# why\nx = 1\ny = 2\n\n\nif x:\n\n    pass\n# tail\n'
    assert fetch.cells_of("x.py", text) == ['"""doc"""\nimport a\n\nimport b', "# why\nx = 1\ny = 2", "if x:\n\n    pass\n# tail"]


def test_script_with_separators_joins_what_does_not_compile():
    text = "# %%\nif True:\n# %%\n    x = 1\n# %%\ny = 2\n" + "#" * 30 + "\n# only words\n"
    assert fetch.cells_of("x.py", text) == [
        "# %%\nif True:\n# %%\n    x = 1",
        "# %%\ny = 2",
        "#" * 30 + "\n# only words",
    ]


def test_markdown_cells_lose_their_options():
    text = "words\n```{code-cell} python\n:tags: [x]\n\na = 1\n```\n```{code-cell}\n---\nb: c\n---\nb = 2\n```\n"
    assert [cell.strip() for cell in fetch.cells_of("x.md", text)] == ["a = 1", "b = 2"]


def test_changed_archive_is_refused(tmp_path):
    (tmp_path / "x.tar.gz").write_bytes(b"other")
    with pytest.raises(fetch.Unavailable, match="sha256"):
        fetch.distribution({"file": "x.tar.gz", "sha256": "0" * 64}, tmp_path)
    assert not (tmp_path / "x.tar.gz").exists()
