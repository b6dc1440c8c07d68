"""python -m kernelferry.engine -f CONNECTION_FILE [--session SID --lock-fd N --start START --anonymous WHY]"""
import gc
import sys

if __name__ == "__main__":
    # Files beside the notebook must not replace modules of the standard library; IPython looks there after those (init_path).
    if not sys.flags.safe_path:
        del sys.path[0]
    # The `__main__` that user code meets is another module (shell.py); this one only starts the kernel.
    gc.disable()    # what a start makes stays: looking for garbage in it is a twentieth of the time; launch() enables it
    from kernelferry.engine import app, options
    sys.exit(app.launch(options.parse(sys.argv[1:])))
