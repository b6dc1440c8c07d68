# name: patches-of-the-first-week
# description: methods and settings that notebooks put on libraries, on builtins, on sys.argv and on the shell
# lost: nothing (at all)
# %%
import pandas as pd, numpy as np, matplotlib.pyplot as plt, json, decimal, warnings, sys, os, functools, builtins, time, datetime, random
from IPython.display import display, HTML
pd.DataFrame.peek = lambda self, n=2: self.head(n)
pd.set_option("display.float_format", lambda v: f"{v:.2f}")
pd.Series.__str__ = lambda self: "SERIES"
orig_print = builtins.print
def shout(*a, **k): return orig_print(*[str(x).upper() for x in a], **k)
builtins.print = shout
warnings.simplefilter("ignore")
# %%
class Enc(json.JSONEncoder):
    def default(self, o): return str(o)
json._default_encoder = Enc()
np.float64_mine = np.float64; np.seterr(all="ignore"); decimal.getcontext().prec = 5
def timer(f):
    @functools.wraps(f)
    def inner(*a, **k):
        inner.calls += 1
        return f(*a, **k)
    inner.calls = 0
    return inner
@timer
def add(a, b=[]): b.append(a); return len(b)
add(1); add(2)
sys.displayhook_mine = 3; os.environ["MINE"] = "1"; sys.argv.append("--flag"); sys.path.append("/nowhere")
# %%
import sklearn
sklearn.set_config(display="text"); from sklearn.linear_model import LinearRegression
LinearRegression.predict2 = LinearRegression.predict; LinearRegression.tag = "x"
plt.rc("font", size=7); plt.rcParams.update({"axes.grid": True}); plt.ion()
get_ipython().ast_node_interactivity = "all"
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.ast_node_interactivity = "all"
time.sleep = lambda s: None
# %%
add(3); df = pd.DataFrame({"a": [1.234, 2.0]}); text = df.to_string(); s = json.dumps({"t": datetime.date(2020, 1, 1), "u": 1})
1; 2
# %% holds
s == '{"t": "2020-01-01", "u": 1}' or s
pd.DataFrame({"a": [1.234, 2.0]}).to_string() == text and df.peek(1).shape == (1, 1) and str(df.a) == "SERIES"
add.calls == 3 and add.__wrapped__.__defaults__ == ([1, 2, 3],) and builtins.print is shout
json.dumps({"t": datetime.date(2020, 1, 1), "u": 1}) == s
LinearRegression.predict2 is LinearRegression.predict and LinearRegression.tag == "x" and sklearn.get_config()["display"] == "text"
plt.rcParams["font.size"] == 7 and plt.isinteractive() and get_ipython().ast_node_interactivity == "all" and InteractiveShell.ast_node_interactivity == "all"
time.sleep.__name__ == "<lambda>" and sys.argv[-1] == "--flag" and os.environ["MINE"] == "1" and "/nowhere" in sys.path
np.float64_mine is np.float64 and decimal.getcontext().prec == 5
