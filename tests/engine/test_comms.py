"""Comms and ipywidgets."""


def send(engine, msg_type, content):
    message = engine.client.session.msg(msg_type, content)
    engine.client.shell_channel.send(message)
    return message["header"]["msg_id"]


def outcome(engine, msg_id):
    """iopub messages of a comm message, until it was handled."""
    seen = []
    while True:
        message = engine.iopub()
        if message["parent_header"].get("msg_id") == msg_id:
            seen.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return seen


def test_from_python(engine):
    before = engine.request("comm_info_request", {})["content"]["comms"]
    run = engine.ok("import comm\nc = comm.create_comm(target_name='nobody', data={'a': 1}, buffers=[b'xyz'])\n"
                    "got = []\nc.on_msg(lambda m: got.append((m['content']['data'], [bytes(b) for b in m['buffers']])))")
    opened = run.all("comm_open")[0]
    assert (opened["target_name"], opened["data"]) == ("nobody", {"a": 1})
    assert [bytes(b) for m in run.messages if m["msg_type"] == "comm_open" for b in m["buffers"]] == [b"xyz"]
    info = engine.request("comm_info_request", {"target_name": "nobody"})["content"]
    assert info["comms"] == {opened["comm_id"]: {"target_name": "nobody"}}
    outcome(engine, send(engine, "comm_msg", {"comm_id": opened["comm_id"], "data": {"b": 2}}))
    assert engine.ok("got").result == "[({'b': 2}, [])]"
    assert engine.ok("c.close()").all("comm_close")[0]["comm_id"] == opened["comm_id"]
    assert engine.request("comm_info_request", {})["content"]["comms"] == before


def test_from_the_front_end(engine):
    engine.ok("import comm\ndef opened(c, message):\n    c.send({'hello': message['content']['data']})\n"
              "    c.on_msg(lambda m: 1/0)\ncomm.get_comm_manager().register_target('mine', opened)")
    seen = outcome(engine, send(engine, "comm_open", {"comm_id": "c1", "target_name": "mine", "data": 5}))
    assert [m["content"]["data"] for m in seen if m["msg_type"] == "comm_msg"] == [{"hello": 5}]
    seen = outcome(engine, send(engine, "comm_msg", {"comm_id": "c1", "data": {}}))
    assert "ZeroDivisionError" in "".join(m["content"]["text"] for m in seen if m["msg_type"] == "stream")
    outcome(engine, send(engine, "comm_close", {"comm_id": "c1", "data": {}}))
    assert engine.ok("1").result == "1"


def test_unknown_targets_are_closed(engine):
    for target in ("jupyter.widget.control", "unheard of"):
        seen = outcome(engine, send(engine, "comm_open", {"comm_id": "x", "target_name": target, "data": {}}))
        assert [m["content"]["comm_id"] for m in seen if m["msg_type"] == "comm_close"] == ["x"]
    seen = outcome(engine, send(engine, "comm_msg", {"data": {}}))      # malformed: no comm_id
    assert engine.ok("1").result == "1"


def test_slider(engine):
    run = engine.ok("import ipywidgets\ns = ipywidgets.IntSlider(3)\nmoved = []\n"
                    "s.observe(lambda change: (moved.append(change.new), print('moved', change.new)), 'value')\ns")
    assert {c["target_name"] for c in run.all("comm_open")} == {"jupyter.widget"}
    view = run.all("execute_result")[0]["data"]["application/vnd.jupyter.widget-view+json"]
    seen = outcome(engine, send(engine, "comm_msg", {"comm_id": view["model_id"], "data": {
        "method": "update", "state": {"value": 8}, "buffer_paths": []}}))
    assert "moved 8\n" in [m["content"]["text"] for m in seen if m["msg_type"] == "stream"]
    assert engine.ok("moved, s.value").result == "([8], 8)"


def test_output_widget_takes_the_cells_output(engine):
    run = engine.ok("import ipywidgets\no = ipywidgets.Output()\nwith o: print('inside')")
    states = [c["data"].get("state", {}) for c in run.all("comm_msg")]
    assert {"msg_id": run.reply["parent_header"]["msg_id"]} in states
    assert "inside\n" in run.text()


def test_ipykernels_name(engine):
    assert engine.ok("from ipykernel.comm import Comm; Comm(target_name='old', data={})").all("comm_open")[0]["target_name"] == "old"


def test_ipykernels_own_modules_can_be_imported(engine):
    engine.ok("import ipykernel.kernelapp, ipykernel.connect, ipykernel.ipkernel")
