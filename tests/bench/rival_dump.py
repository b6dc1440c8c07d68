"""Run by a rival's interpreter: makes the state given on standard input and saves it one way, or loads it in a new
process; prints seconds.

    python rival_dump.py raw|pickle5|dill FOLDER < state.py
    python rival_dump.py pickle5|dill FOLDER load < state.py
"""

import ast
import json
import os
import pickle
import sys
import time


def synced(path, chunks):
    with open(path, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def user_values():
    hidden = {"ast", "json", "os", "pickle", "sys", "time", "synced", "user_values", "dump", "load", "kind", "folder", "mode"}
    return {k: v for k, v in globals().items() if not k.startswith("__") and k not in hidden and type(v) is not type(os)}


def dump(kind, folder):
    path = os.path.join(folder, "state")
    if kind == "dill":
        import dill
        begun = time.perf_counter()
        dill.dump_module(path)
        with open(path, "rb") as file:
            os.fsync(file.fileno())
        return time.perf_counter() - begun
    values = user_values()
    if kind == "pickle5":
        begun, buffers = time.perf_counter(), []
        head = pickle.dumps(values, 5, buffer_callback=buffers.append)
        synced(path, [head, *(b.raw() for b in buffers)])
        sizes = [len(head), *(b.raw().nbytes for b in buffers)]
        with open(path + ".sizes", "w") as file:
            json.dump(sizes, file)
        return time.perf_counter() - begun
    buffers = []
    head = pickle.dumps(values, 5, buffer_callback=buffers.append)  # not timed: only the bytes it writes count
    chunks = [head, *(b.raw() for b in buffers)]
    begun = time.perf_counter()
    synced(path, chunks)
    return time.perf_counter() - begun


def load(kind, folder):
    path = os.path.join(folder, "state")
    begun = time.perf_counter()
    if kind == "dill":
        import dill
        dill.load_module(path)
    else:
        with open(path + ".sizes") as file:
            sizes = json.load(file)
        with open(path, "rb") as file:
            head, *buffers = [bytearray(n) for n in sizes]
            for part in (head, *buffers):
                file.readinto(part)
        globals().update(pickle.loads(head, buffers=buffers))
    return time.perf_counter() - begun


kind, folder, *mode = sys.argv[1:]
if mode == ["load"]:  # in a process of its own: what the state imports is part of bringing it back
    classes = [node for node in ast.parse(sys.stdin.read()).body if isinstance(node, ast.ClassDef)]
    if kind == "pickle5":  # it cannot bring back what is defined in a session, so it is given the definitions
        exec(compile(ast.Module(classes, []), "<state>", "exec"))
    print(json.dumps({"load": load(kind, folder)}))
else:
    exec(compile(sys.stdin.read(), "<state>", "exec"))
    print(json.dumps({"save": min(dump(kind, folder) for _ in range(3))}))
