"""ipykernel in the engine's place: the relay is tested without our engine, against a kernel that others wrote.

Takes the engine's command line, writes it down for the test ($RELAY_TEST_NOTES), obeys ferry_shutdown_request and leaves word
of it in session.json. How it misbehaves at start is said by $RELAY_TEST_START, a comma list of START=how: `exit` (dies before
it is ready), `hang` (never binds its sockets).
"""
import argparse
import contextlib
import json
import os
import signal
import sys
import time


def notes(**entry):
    with open(os.environ["RELAY_TEST_NOTES"], "a") as file:
        file.write(json.dumps(entry) + "\n")


def mark(session, **fields):
    if session:
        file = os.path.join(os.environ["FERRY_HOME"], "sessions", session, "session.json")
        with open(file) as old:
            info = json.load(old)
        with open(file, "w") as new:
            json.dump({**info, **fields}, new)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-f", dest="connection_file")
    parser.add_argument("--session")
    parser.add_argument("--lock-fd", type=int, default=-1)
    parser.add_argument("--start")
    parser.add_argument("--anonymous", default="")
    options = parser.parse_args()
    notes(event="start", pid=os.getpid(), sid=os.getsid(0), argv=sys.argv, fds=sorted(int(f) for f in os.listdir("/proc/self/fd")),
          sigint=str(signal.getsignal(signal.SIGINT)), environ={k: v for k, v in os.environ.items() if k.startswith(("FERRY_", "PYTHONHASH"))},
          **vars(options))
    mark(options.session, ended="", resuming=bool(os.environ.get("RELAY_TEST_RESUMING")))
    if options.start == "restart":  # it has begun with a clean namespace
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(os.environ["FERRY_HOME"], "sessions", options.session, "restart"))
    how = dict(pair.split("=") for pair in os.environ.get("RELAY_TEST_START", "").split(",") if pair).get(options.start)
    if how == "exit":
        sys.exit("the stand-in was told to die")
    if how == "hang":
        time.sleep(3600)

    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp

    class Kernel(IPythonKernel):
        control_msg_types = [*IPythonKernel.control_msg_types, "ferry_shutdown_request", "ferry_status_request"]

        async def ferry_shutdown_request(self, stream, ident, parent):
            notes(event="shutdown", restart=parent["content"]["restart"])
            seconds = float(os.environ.get("RELAY_TEST_SAVING", 0))
            self.session.send(stream, "ferry_shutdown_reply", {"status": "ok"}, parent, ident=ident)
            time.sleep(seconds)
            mark(options.session, ended="restart" if parent["content"]["restart"] else "suspend")
            notes(event="saved")
            os._exit(0)

        async def ferry_status_request(self, stream, ident, parent):
            self.session.send(stream, "ferry_status_reply", {"status": "ok", "who": "engine"}, parent, ident=ident)

    IPKernelApp.launch_instance(["-f", options.connection_file], kernel_class=Kernel)


if __name__ == "__main__":
    main()
