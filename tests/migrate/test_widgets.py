"""Live widgets and display handles go on: the same ids, in both directions."""

import pytest

pytest.importorskip("ipywidgets")


def comm_message(kernel, comm_id, data):
    message = kernel.client.session.msg("comm_msg", {"comm_id": comm_id, "data": data})
    kernel.client.shell_channel.send(message)


def iopub_until(kernel, wanted):
    while True:
        message = kernel.client.get_iopub_msg(timeout=120)
        if wanted(message):
            return message


def test_a_slider_is_moved_before_and_after(notebook, host):
    kernel = notebook.open()
    kernel.run("import ipywidgets\nfrom IPython.display import display\nmoves = []\ns = ipywidgets.IntSlider(3)\n"
               "s.observe(lambda change: moves.append(change.new), 'value')\nh = display('first', display_id=True)")
    (model,) = kernel.evaluate(["s.model_id"])
    model = model.strip("'")
    comm_message(kernel, model, {"method": "update", "state": {"value": 8}, "buffer_paths": []})
    assert kernel.evaluate(["s.value", "moves"]) == ["8", "[8]"]
    moved = kernel.run(f"%migrate {host.text}")
    assert moved.status == "ok", moved.error
    comm_message(kernel, model, {"method": "update", "state": {"value": 21}, "buffer_paths": []})
    assert kernel.evaluate(["s.value", "moves", "s.model_id"]) == ["21", "[8, 21]", repr(model)]
    kernel.send("s.value = 30; h.update('second')")
    found = iopub_until(kernel, lambda m: m["msg_type"] == "comm_msg")
    assert found["content"]["comm_id"] == model and found["content"]["data"]["state"] == {"value": 30}
    shown = iopub_until(kernel, lambda m: m["msg_type"] == "update_display_data")
    assert shown["content"]["data"]["text/plain"] == "'second'"
    back = kernel.run("%migrate home")
    assert back.status == "ok"
    comm_message(kernel, model, {"method": "update", "state": {"value": 4}, "buffer_paths": []})
    assert kernel.evaluate(["s.value", "moves"]) == ["4", "[8, 21, 30, 4]"]
