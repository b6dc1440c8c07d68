"""The session files given to the rivals as they are to us: which come back equal, which say that they cannot, which are
silently different?

Each session runs in a new kernel of the rival's own environment, is saved the way its maker describes, and is brought back
in another new kernel. Compared is what needs nothing of Kernelferry: the user's names, the file's expressions, and in
sessions of the corpus, which have none, an account of the namespace (tests/sessions/canon.py). A session in which a cell
ends otherwise, or an expression does not hold before anything was saved, is *not run*: attaching the rival changed it, or
its kernel cannot run it.

    dill            dill.dump_module and load_module, in a plain kernel
    kishu           init_kishu (a commit after every cell), checkout of the last commit
    elastic-kernel  its kernel; it saves when it is shut down, and loads when it is started for the same notebook

Kishu runs in its test mode, in which it does not wait for a front end to save the notebook.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kernelferry import _ferry

from tests.bench.rivals import CACHE, interpreter
from tests.client import Kernel
from tests.sessions import harness

PACKAGES = ["dill==0.4.1", "kishu==0.3.4", "elastic-kernel==0.2.3", "cloudpickle", "ipykernel", "numpy", "pandas", "scipy", "scikit-learn",
            "matplotlib", "networkx", "sympy", "polars", "pillow"]
FOLDER = "rivals-sessions"
SOURCES = {"scikit-learn", "networkx", "matplotlib", "scipy"}  # of the corpus: the rivals' environment has what they import
SHELLS = {"In", "Out", "exit", "quit", "get_ipython", "open"}
NAMES = "sorted(n for n in get_ipython().user_ns if n[0] != '_')"


class Loud(Exception):
    """The rival said that it could not save or load."""


@dataclass
class Rival:
    """A kernel of a rival's, as the session sees it. Each part of its life has its own subclass's code."""

    place: harness.Place
    kernel_name: str = "rival-plain"

    def start(self) -> Kernel:
        environment = {"HOME": str(self.place.home), "TEST_NOTEBOOK_PATH": str(self.place.notebook), "ENV_KISHU_TEST_MODE": "1"}
        return Kernel(self.place.home, self.place.notebook, self.place.work, self.kernel_name, **environment)

    def begin(self, kernel: Kernel) -> None: ...

    def save(self, kernel: Kernel) -> None:
        raise NotImplementedError

    def load(self, kernel: Kernel) -> None:
        raise NotImplementedError

    def bytes(self) -> int:
        raise NotImplementedError

    @staticmethod
    def ask(kernel: Kernel, source: str) -> None:
        answer = kernel.run(source, silent=True)
        if answer.status != "ok":
            raise Loud(answer.error)


class Dill(Rival):
    @property
    def path(self) -> Path:
        return self.place.home / "state.dill"

    def save(self, kernel):
        self.ask(kernel, f"__import__('dill').dump_module({str(self.path)!r})")

    def load(self, kernel):
        self.ask(kernel, f"__import__('dill').load_module({str(self.path)!r})")

    def bytes(self):
        return self.path.stat().st_size


class Kishu(Rival):
    head = ""

    def begin(self, kernel):
        self.ask(kernel, f"__import__('kishu').init_kishu({str(self.place.notebook)!r})")

    def save(self, kernel):
        self.head = kernel.evaluate(["_kishu._kishu_branch.get_head().commit_id"])[0].strip("'")
        if self.head.startswith("raised") or self.head == "None":
            raise Loud(f"no commit: {self.head}")

    def load(self, kernel):
        self.begin(kernel)
        self.ask(kernel, f"_kishu.checkout({self.head!r}, skip_notebook=True)")

    def bytes(self):
        return self.place.notebook.with_suffix(".kishudb").stat().st_size


class Elastic(Rival):
    def log(self) -> str:
        return "".join(path.read_text() for path in self.place.notebook.parent.glob(".elastic_kernel/*/ElasticKernel.log"))

    def said(self, what: str) -> None:
        lines = [line for line in self.log().splitlines() if f"Error {what} checkpoint" in line]
        if lines:
            raise Loud(lines[0])

    def save(self, kernel):
        kernel.suspend()
        self.said("saving")
        if not self.bytes():
            raise Loud("no checkpoint was written")

    def load(self, kernel):
        self.said("loading")

    def bytes(self):
        return sum(path.stat().st_size for path in self.place.notebook.parent.glob(".elastic_kernel/*/checkpoint.pickle*"))


@dataclass
class Outcome:
    rival: str
    session: str
    verdict: str  # equal, loud, different, not run
    why: str = ""
    bytes: int = 0
    last: int = 0  # of ours, those that the newest generation needs: what a move sends


OURS = "kernelferry"
KINDS = {"dill": (Dill, "rival-plain"), "kishu": (Kishu, "rival-plain"), "elastic-kernel": (Elastic, "rival-elastic")}


def environment() -> None:
    """Makes the rivals' environment and tells this process of its two kernels."""
    python, shared = interpreter(FOLDER, PACKAGES), CACHE / FOLDER / "kernels"
    for name, module in (("rival-plain", "ipykernel_launcher"), ("rival-elastic", "elastic_kernel.kernel")):
        spec = shared / "kernels" / name / "kernel.json"
        spec.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(json.dumps({"argv": [python, "-m", module, "-f", "{connection_file}"], "display_name": name, "language": "python"}))
    os.environ["JUPYTER_PATH"] = str(shared)


def versions() -> str:
    wanted = ("dill", "kishu", "elastic-kernel", "ipykernel", "ipython", "numpy", "pandas")
    text = subprocess.run([interpreter(FOLDER, PACKAGES), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
                          check=True, capture_output=True, text=True).stdout
    found = {package["name"].replace("_", "-"): package["version"] for package in json.loads(text)}
    return ", ".join(f"{name} {found[name]}" for name in wanted)


def run(name: str, session, folder: Path) -> Outcome:
    """One session in one rival."""
    place = harness.Place(folder / "home", folder / "work", folder / "notebook.ipynb")
    harness.prepare(session, place)
    make, kernel_name = KINDS[name]
    rival = make(place, kernel_name)
    kernel = rival.start()
    try:
        rival.begin(kernel)
        before = State.after_cells(session, kernel)
        if before.wrong:
            return Outcome(name, session.name, "not run", before.wrong)
        rival.save(kernel)
        kernel.kill()
        kernel = rival.start()
        rival.load(kernel)
        return Outcome(name, session.name, *before.difference(State.of(session, kernel)), rival.bytes())
    except Loud as said:
        return Outcome(name, session.name, "loud", str(said)[:200])
    except (harness.KernelGone, OSError) as error:
        return Outcome(name, session.name, "loud", f"{type(error).__name__}: {error}"[:200])
    except ValueError as error:  # a message that is not signed as its kernel's messages are: what was attached has changed the kernel
        return Outcome(name, session.name, "not run", f"{type(error).__name__}: {error}"[:200])
    finally:
        kernel.kill()


def run_ours(session, folder: Path) -> Outcome:
    """The same in Kernelferry: suspend and resume. Its bytes are those of its whole store: the log, and older generations, too."""
    place = harness.Place(folder / "home", folder / "work", folder / "notebook.ipynb")
    harness.prepare(session, place)
    running = harness.FerryKernel(place)
    try:
        before = State.after_cells(session, running.kernel)
        if before.wrong:
            return Outcome(OURS, session.name, "not run", before.wrong)
        running.suspend()
        size = sum(path.stat().st_size for path in place.home.rglob("*") if path.is_file())
        last = newest_generation(place.home)
        running = harness.FerryKernel(place)
        told = running.resume("last")
        admitted = {n for n, e in [*told["variables"].items(), *told["process"].items()] if harness.is_admitted(e)}
        modules = {n for n, e in told["variables"].items() if e.get("type") == "module"} if admitted & told["process"].keys() else set()
        return Outcome(OURS, session.name, *before.difference(State.of(session, running.kernel), frozenset(admitted | modules)), size, last)
    finally:
        running.kill()


def newest_generation(home: Path) -> int:
    """Bytes of the newest manifest and of the blobs that it names (docs/format.md), in a store of one session."""
    store = _ferry.Store.open(str(home))
    (session,) = [s["session"] for s in store.sessions()]
    reader = store.read(session)
    manifest, folder = reader.generations()[0], Path(reader.folder)
    blobs = {each.blob for each in (*manifest.components, *manifest.process) if each.blob}
    files = [folder / f"gen-{manifest.generation:08d}", *(folder / "blobs" / blob[:2] / blob for blob in blobs)]
    return sum(path.stat().st_size for path in files)


@dataclass
class State:
    """What a kernel holds, told without Kernelferry."""

    names: list[str]
    holds: list  # of the session, at its end
    values: list[str]
    account: str = ""
    wrong: str = ""  # why the session did not run as it should

    @staticmethod
    def after_cells(session, kernel: Kernel) -> State:
        for number, cell in enumerate(session.cells, 1):
            answer = kernel.run(cell.source, harness.cell_id(number), seconds=120)
            if answer.error.partition(":")[0] != cell.raises:
                return State([], [], [], wrong=f"cell {number} ended with {answer.error or 'no error'}")
        found = State.of(session, kernel)
        untrue = [hold.expression for hold, value in zip(found.holds, found.values) if value != "True"]
        return dataclasses.replace(found, wrong=f"before anything was saved: not {untrue[0]}") if untrue else found

    @staticmethod
    def of(session, kernel: Kernel) -> State:
        holds = [hold for hold in session.holds if hold.after in (None, len(session.cells))]
        names, *values = kernel.evaluate([NAMES, *(f"bool({hold.expression})" for hold in holds)])
        if names.startswith("raised"):
            raise Loud(f"the kernel lists no names: {names}")
        found = [name for name in ast.literal_eval(names) if name not in SHELLS]
        account = "" if session.holds else harness.account_of(dataclasses.replace(session, canonical=True), kernel, found)
        return State(found, holds, values, account)

    def difference(self, after: State, refused: frozenset = frozenset()) -> tuple[str, str]:
        """The verdict on what came back, and the first thing that is not as it was. refused: what was refused by name."""
        if missing := sorted(set(self.names) - set(after.names) - refused):
            return "different", f"missing: {', '.join(missing)}"
        if more := sorted(set(after.names) - set(self.names)):
            return "different", f"more than there were: {', '.join(more)}"
        for hold, value in zip(self.holds, after.values):
            if value != "True" and not hold.names & refused:
                return "different", f"{hold.expression} is {value}"
        if self.account != after.account and not refused:
            lines = zip(self.account.splitlines()[1:], after.account.splitlines()[1:])
            return "different", next((f"{a[:80]} became {b[:80]}" for a, b in lines if a != b), "the account has another length")
        return ("loud", "refused by name: " + ", ".join(sorted(refused))) if refused else ("equal", "")


def check(session, folder: Path) -> list[Outcome]:
    """One session in all of them."""
    outcomes = []
    for name in (OURS, *KINDS):
        place = folder / name
        place.mkdir(parents=True)
        outcomes.append(run_ours(session, place) if name == OURS else run(name, session, place))
        shutil.rmtree(place, ignore_errors=True)
    return outcomes


def table(outcomes: list[Outcome], title: str) -> list[str]:
    """Verdicts and bytes of one kind of session. The bytes are of the sessions that came back equal in both."""
    verdicts = ("equal", "loud", "different", "not run")
    ours = {o.session: o for o in outcomes if o.rival == OURS}
    lines = [f"| {title} | equal | said that it could not | silently different | not run | bytes where both are equal: its / ours, the newest generation alone / whole store |", "|---|---|---|---|---|---|"]
    for name in (OURS, *KINDS):
        mine = [o for o in outcomes if o.rival == name]
        both = [o for o in mine if o.verdict == "equal" and ours[o.session].verdict == "equal"]
        sizes = [sum(o.bytes for o in both), *(sum(getattr(ours[o.session], what) for o in both) for what in ("last", "bytes"))]
        size = f"{' / '.join(f'{size:,}' for size in sizes)} ({len(both)} sessions)"
        lines.append(f"| {name} | {' | '.join(str(sum(o.verdict == verdict for o in mine)) for verdict in verdicts)} | {size} |")
    return [*lines, ""]
