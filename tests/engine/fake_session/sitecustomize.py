"""Instead of kernelferry.session: none, or one that only notes how the engine calls it, in the file $CALLS. Python finds
this file by itself, through PYTHONPATH."""
import os
import sys
import types

stub = sys.modules["kernelferry.session"] = types.ModuleType("kernelferry.session")
stub.attach = lambda shell, options: None

if "CALLS" in os.environ:
    import json
    import threading
    import time

    from kernelferry import _ferry

    class Session:
        def __init__(self, shell, options):
            self.shell, self.options = shell, options
            self.work = False           # a cell may ask for endless idle work
            self.slices = 0
            self.deadline = None

        def note(self, *call):
            with open(os.environ["CALLS"], "a") as file:
                file.write(json.dumps([*call, threading.current_thread() is threading.main_thread()]) + "\n")

        def before_execute(self, code, silent, store_history):
            self.note("before_execute", code, silent, store_history, self.shell.ferry_request["cell_id"])
            if "slow to load" in code:
                time.sleep(60)
            if "before breaks" in code:
                raise RuntimeError("injected")

        def after_execute(self, status):
            self.note("after_execute", status)

        def idle(self):
            self.note("idle")
            while self.work and not _ferry.stop_asked():
                pass
            self.slices += 1
            return self.work

        def idle_deadline(self):
            return self.deadline

        def status(self):
            return {"name": "fake"}

        def save(self):
            raise RuntimeError("no space")

        def shutdown(self, restart):
            self.note("shutdown", restart)
            return {"saved": True}

    def attach(shell, options):
        attached = Session(shell, options)
        attached.note("attach", options.session, options.lock_fd, options.start, options.anonymous)
        shell.fake = attached
        return attached

    stub.attach = attach
