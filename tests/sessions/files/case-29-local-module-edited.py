# name: case-29-local-module-edited
# description: a local module's file changes after it was imported
# case: 29
# lost: modules (its source changed)
# %%
from pathlib import Path
import sys
sys.path.insert(0, str(Path.cwd()))
_ = Path("ferry_utils.py").write_text("def f():\n    return 1\nclass C:\n    pass\n")
# %%
from ferry_utils import f, C
c = C(); c.data = [f()]
# %%
_ = Path("ferry_utils.py").write_text("# edited\ndef f():\n    return 1\nclass C:\n    pass\n")
# %% holds
f() == 1
c.data == [1]
type(c) is C
