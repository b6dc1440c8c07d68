"""Modules that others look for by name, and find ours instead.

`ipykernel.comm`: the real one asks for ipykernel's Kernel and sends nothing. `ipykernel.zmqshell`: tqdm.auto takes this
for a notebook if it is loaded. `xeus_python_shell.debugger`: xeus-python's C++ asks it for a class; the package itself is
tied to versions of xeus-python and otherwise not used.
"""
import sys
import types

from kernelferry.engine import comms, debugger, outputs, shell


def install():
    names = {
        "ipykernel.comm": {"Comm": comms.Comm, "BaseComm": comms.Comm, "CommManager": comms.CommManager, "__path__": []},
        "ipykernel.comm.comm": {"Comm": comms.Comm, "BaseComm": comms.Comm},
        "ipykernel.comm.manager": {"CommManager": comms.CommManager},
        "ipykernel.zmqshell": {"ZMQInteractiveShell": shell.ZMQInteractiveShell,
                               "ZMQDisplayPublisher": outputs.FerryDisplayPublisher},
        "xeus_python_shell": {},
        "xeus_python_shell.debugger": {"XDebugger": debugger.XDebugger},
    }
    for name, members in names.items():
        module = types.ModuleType(name, "Stands in for the module of this name in Kernelferry's engine.")
        module.__dict__.update(members)
        sys.modules[name] = module
