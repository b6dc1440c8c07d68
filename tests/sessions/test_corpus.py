"""The quick part of the corpus comes back as it was, a sample of it by both policies; `./dev stress fidelity` runs all, `sample` an eighth."""

import pytest

from tests.corpus import fetch
from tests.sessions import harness
from tests.stress import fidelity

# Chosen for variety: figures, widgets and event handlers, a module beside the notebook, graphs changed in place, estimators and
# their callbacks, generators of randomness, sparse matrices, statistical models, magics.
SAMPLE = {
    "PyWavelets/cwt_analysis",
    "matplotlib/examples/event_handling/viewlims",
    "matplotlib/examples/units/units_scatter",
    "matplotlib/examples/widgets/check_buttons",
    "networkx/drawing/plot_rainbow_coloring",
    "scikit-learn/callbacks/plot_callback_support",
    "scikit-learn/preprocessing/plot_discretization",
    "scipy/tutorial/stats/plots/kde_plot2",
    "statsmodels/tsa_arma_1",
}


QUICK = {entry["name"]: entry for entry in fetch.entries(quick=True)}


def fetched(name):
    try:
        [session] = fetch.sessions([QUICK[name]])
    except fetch.Unavailable as error:
        pytest.skip(f"the corpus cannot be fetched: {error}")
    return session


@pytest.mark.corpus
@pytest.mark.parametrize("name", sorted(QUICK.keys() - SAMPLE))
def test_corpus(name, tmp_path):
    report = harness.check(fetched(name), tmp_path / "s", every=False)
    assert not report.failures, "\n".join(report.failures)


@pytest.mark.corpus
@pytest.mark.parametrize("name", sorted(SAMPLE))
def test_corpus_by_both_policies(name, tmp_path):
    verdict = fidelity.check(fetched(name), tmp_path / "s")
    assert verdict.verdict == "equal", verdict


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
