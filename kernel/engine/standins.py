"""Modules that others look for by name, and find ours instead.

`ipykernel` itself and those of its modules that lead to the kernel that runs: the real ones know of ipykernel's only.
What else the package has (kernelbase, iostream ...) is the installed one's, if there is one. tqdm.auto takes this for a
notebook if `ipykernel.zmqshell` is loaded; matplotlib, bokeh and others import `ipykernel.comm`; ipynbname, wandb and others
ask `ipykernel.get_connection_file()` for the kernel's id.
"""
import functools
import importlib.machinery
import sys
import types

from kernelferry.engine import comms, connect, outputs, shell

OLDEST_VERSION = "7.0.0"    # what is told where ipykernel is not installed: libraries compare


class Package(types.ModuleType):
    """`ipykernel`. Where the installed one lies is looked for when it is asked for."""

    @functools.cached_property
    def __spec__(self):
        found = importlib.machinery.PathFinder.find_spec("ipykernel")
        return found or importlib.machinery.ModuleSpec("ipykernel", None, is_package=True)

    @property
    def __path__(self):
        return self.__spec__.submodule_search_locations

    @property
    def __file__(self):
        return self.__spec__.origin

    @functools.cached_property
    def __version__(self):
        from importlib import metadata      # slow to import
        try:
            return metadata.version("ipykernel")
        except metadata.PackageNotFoundError:
            return OLDEST_VERSION

    @property
    def version_info(self):
        return tuple(int(part) if part.isdigit() else part for part in self.__version__.split("."))


def embed_kernel(*_arguments, **_names):
    raise RuntimeError("a kernel runs in this process already; %connect_info says how another front end connects to it")


def install(app):
    """app: the class of this kernel's application."""
    functions = {f.__name__: f for f in (connect.get_connection_file, connect.get_connection_info, connect.connect_qtconsole)}
    package = Package("ipykernel", "Kernelferry's stand-in for ipykernel, which is not what runs here.")
    # __spec__ and __path__ are properties, and a module's dict would hide the first.
    del package.__dict__["__spec__"]
    package.__dict__.update(functions, kernel_protocol_version="5.3", kernel_protocol_version_info=(5, 3))
    names = {
        "ipykernel.comm": {"Comm": comms.Comm, "BaseComm": comms.Comm, "CommManager": comms.TheCommManager, "__path__": []},
        "ipykernel.comm.comm": {"Comm": comms.Comm, "BaseComm": comms.Comm},
        "ipykernel.comm.manager": {"CommManager": comms.TheCommManager},
        "ipykernel.connect": functions,
        "ipykernel.embed": {"embed_kernel": embed_kernel},
        "ipykernel.kernelapp": {"IPKernelApp": app},
        "ipykernel.zmqshell": {"ZMQInteractiveShell": shell.ZMQInteractiveShell,
                               "ZMQDisplayPublisher": outputs.ZMQDisplayPublisher},
    }
    modules = {"ipykernel": package}
    for name, members in names.items():
        modules[name] = module = types.ModuleType(name, "Stands in for the module of this name in Kernelferry's engine.")
        module.__dict__.update(members)
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    sys.modules.update(modules)
