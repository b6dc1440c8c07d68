"""Programs that run notebooks, a console in a terminal, and an encrypted kernel manager."""

import json
import os
import subprocess
import sys

import nbformat
import pexpect
import pytest
from jupyter_client import KernelManager

from tests import ports


@pytest.fixture
def env(tmp_path):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FERRY_", "JPY_"))}
    return kept | {"FERRY_HOME": str(tmp_path / "store"), "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_RUNTIME_DIR": str(tmp_path / "run")}


def notebook(path, *sources, tags=()):
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)} if i == 0 else {}) for i, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "ferry", "display_name": "f", "language": "python"}}), path)


def test_papermill_injects_parameters_and_stops_at_an_error(env, tmp_path):
    notebook(tmp_path / "in.ipynb", "a = 1", "print('a is', a)", "assert a != 3", tags=["parameters"])
    run = [sys.executable, "-m", "papermill", "--no-progress-bar", "in.ipynb"]
    done = subprocess.run([*run, "out.ipynb", "-p", "a", "2"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    printed = [o.text for c in nbformat.read(tmp_path / "out.ipynb", 4).cells if c.cell_type == "code" for o in c.outputs]
    assert "".join(printed) == "a is 2\n"  # a line may come in two
    failed = subprocess.run([*run, "bad.ipynb", "-p", "a", "3"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert failed.returncode != 0 and "AssertionError" in failed.stderr


def test_jupyter_execute_keeps_outputs_and_widgets(env, tmp_path):
    notebook(tmp_path / "n.ipynb", "import ipywidgets\nipywidgets.IntSlider(value=4)", "1 + 1")
    done = subprocess.run([sys.executable, "-m", "jupyter", "execute", "--inplace", "n.ipynb"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    read = nbformat.read(tmp_path / "n.ipynb", 4)
    assert read.cells[1].outputs[0].data["text/plain"] == "2"
    states = read.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert any(s["state"].get("value") == 4 for s in states)


def test_a_console_in_a_terminal(env, tmp_path):
    command = ["-m", "jupyter_console", "--kernel", "ferry", "--simple-prompt", "--ZMQTerminalInteractiveShell.kernel_timeout=90"]
    console = pexpect.spawn(sys.executable, command, env=env | {"TERM": "dumb"}, cwd=str(tmp_path), timeout=90, encoding="utf-8")
    try:
        console.expect("Kernelferry.*In \\[1\\]")
        console.sendline("6 * 7")
        console.expect("Out\\[1\\]: .*42")
        console.sendline("input('who? ') + '!'")
        console.expect("who\\? ")
        console.sendline("ada")
        console.expect("'ada!'")
        console.sendline("import time; print('slee' + 'ping'); time.sleep(60)")
        console.expect("sleeping")
        console.sendintr()
        console.expect("KeyboardInterrupt")
        console.sendline("exit")
        console.expect(pexpect.EOF)
    finally:
        console.close(force=True)


def test_a_manager_that_requires_encryption(env):
    manager = KernelManager(kernel_name="ferry", transport_encryption="required")
    ports.hold_for(manager)
    manager.start_kernel(env=env)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=90)
        assert json.loads(open(manager.connection_file).read())["curve_secretkey"]
        outputs = []
        reply = client.execute_interactive("print(6 * 7)", timeout=60, output_hook=lambda m: outputs.append(m["content"].get("text")))
        assert reply["content"]["status"] == "ok" and "42\n" in outputs and client.is_alive()
    finally:
        client.stop_channels()
        manager.shutdown_kernel()  # killed, the relay would leave its engine waiting for another one
