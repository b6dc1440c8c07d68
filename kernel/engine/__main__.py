"""python -m kernelferry.engine -f CONNECTION_FILE [--session SID --lock-fd N --start START --anonymous WHY]"""
import sys

from kernelferry.engine import app, options

if __name__ == "__main__":
    # The `__main__` that user code meets is another module (shell.py); this one only starts the kernel.
    sys.exit(app.launch(options.parse(sys.argv[1:])))
