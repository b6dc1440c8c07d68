"""What notebooks and libraries ask of ipykernel and get here in Ferry's own way. What is the same: test_like_ipykernel.py."""

import json
import re

import pytest
from jupyter_client import BlockingKernelClient


def test_connect_info_connects(kernel):
    kernel.run("shared = [41]", "one")
    text = kernel.run("%connect_info", "two").text
    info = json.loads(re.search(r"\{.*?\n\}", text, re.DOTALL)[0])
    assert f"jupyter console --existing {kernel.manager.connection_file}" in text
    other = BlockingKernelClient()
    other.load_connection_info(info)
    other.start_channels()
    try:
        other.wait_for_ready(timeout=60)
        other.execute("shared[0] += 1", reply=True, timeout=60)
    finally:
        other.stop_channels()
    assert kernel.evaluate(["shared"]) == ["[42]"]


def test_the_connection_file_is_that_of_the_front_end_of_now(kernel):
    ask = ["__import__('ipykernel').get_connection_file()", "get_ipython().config['IPKernelApp']['connection_file']"]
    assert kernel.evaluate(ask) == [repr(kernel.manager.connection_file)] * 2


def test_the_cell_of_a_request_is_known(kernel):
    """By which tools find the cell that they run in."""
    assert kernel.run("get_ipython().get_parent()['metadata']['cellId']", "cell-9").text == "[execute_result] 'cell-9'\n"


@pytest.mark.parametrize("cell, says", [
    ("%qtconsole", "no Qt console: .* jupyter console --existing /"),
    ("%autosave soon", "'soon' is no number"),
    ("get_ipython().kernel.shell_streams", "Its sockets belong to another process; .* IPython.display"),
    ("get_ipython().kernel.session.send(None, 'execute_reply', {})", "sends on kernel.iopub_socket only"),
    ("__import__('ipykernel.embed').embed.embed_kernel()", "a kernel runs in this process already; %connect_info"),
])
def test_what_cannot_be_given_is_refused_with_a_remedy(kernel, cell, says):
    answer = kernel.run(cell, "cell")
    assert answer.status == "error" and re.search(says, answer.error), answer.error
    assert kernel.evaluate(["1 + 1"]) == ["2"]


def test_magics_of_the_classic_notebook_end_no_run(kernel):
    assert "does nothing here" in kernel.run("%autosave 60", "cell").text
    assert "no subshells" in kernel.run("%subshell", "cell").text


def test_breakpoint_stops_and_an_interrupt_leaves_it(kernel):
    cell = "def g(a):\n    breakpoint()\n    return a * 2\n"
    asked, answer = kernel.talk(cell + "g(3)", "p a", "c")
    assert [q["prompt"] for q in asked] == ["ipdb> "] * 2 and ("execute_result", "6") in answer.outputs
    asked, answer = kernel.talk(cell + "g(4)", None)
    assert "Interrupted by user" in answer.text and kernel.evaluate(["1 + 1"]) == ["2"]


def test_widgets_hear_the_page_although_ipykernels_kernel_is_imported(kernel):
    """It puts a manager of comms of its own in place of the one that the front end's messages go to."""
    kernel.run("import ipykernel.ipkernel, comm\nheard = []\nq = comm.create_comm(target_name='t')\nq.on_msg(lambda m: heard.append(m['content']['data']))", "one")
    (comm_id,) = [content["comm_id"] for kind, content, _ in kernel.run("q.send({})", "two").updates if kind == "comm_msg"]
    kernel.client.shell_channel.send(kernel.client.session.msg("comm_msg", {"comm_id": comm_id, "data": {"x": 1}}))
    assert kernel.evaluate(["heard"]) == ["[{'x': 1}]"]


def test_what_a_thread_shows_goes_to_the_request_that_it_names(kernel):
    kernel.run("parent = get_ipython().get_parent()", "one")
    first = kernel.run("parent['msg_id']", "two").text.split("'")[1]
    request = kernel.send("import threading\ndef show():\n    get_ipython().set_parent(parent)\n    display('of the first')\n"
                          "t = threading.Thread(target=show); t.start(); t.join()", "three")
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "display_data":
            break
    assert message["parent_header"]["msg_id"] == first != request
    kernel.collect(request)


def test_a_thread_is_answered_after_its_cell(kernel):
    request = kernel.send("import threading; told = []; t = threading.Thread(target=lambda: told.append(input('t? '))); t.start(); input('c? ')",
                          "cell", allow_stdin=True)
    asked = {m["content"]["prompt"]: m["header"] for m in (kernel.client.get_stdin_msg(timeout=60) for _ in range(2))}

    def answer(prompt, value):
        kernel.client.stdin_channel.send(kernel.client.session.msg("input_reply", {"value": value}, parent=asked[prompt]))

    answer("c? ", "for the cell")
    assert ("execute_result", "'for the cell'") in kernel.collect(request).outputs
    answer("t? ", "for the thread")
    assert kernel.run("t.join() or told", "cell").text == "[execute_result] ['for the thread']\n"
