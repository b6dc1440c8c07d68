# name: process-state-between-cells-that-replay
# description: generators made amid other folders, filters, options and contexts than those at the end
# %%
import os, warnings, decimal, numpy as np
os.mkdir("deep"); open("deep/data.txt", "w").write("deep\n"); open("data.txt", "w").write("top\n"); here = os.getcwd()
# %%
os.chdir("deep"); os.environ["FERRY_ODD_NAME"[6:]] = "then"; decimal.getcontext().prec = 5; old = np.seterr(divide="raise"); warnings.simplefilter("error")
# %%
def lines(path, prec, tell):
    yield open(path).read().strip()
    yield prec; yield tell
d = lines("data.txt", decimal.Decimal(1) / 3, os.environ.get("ODD_NAME")); first = next(d)
# %%
def told():
    try: warnings.warn("x")
    except UserWarning: kind = "error"
    else: kind = "silent"
    try: np.float64(1) / np.float64(0)
    except FloatingPointError: kind += " raise"
    yield kind; yield "more"
e = told(); kind = next(e)
# %%
os.chdir(here); decimal.getcontext().prec = 28; warnings.resetwarnings(); np.seterr(**old); del os.environ["ODD_NAME"]
# %% holds
first == "deep" and kind == "error raise" and os.getcwd() == here and decimal.getcontext().prec == 28 and "ODD_NAME" not in os.environ
str(d.gi_frame.f_locals["prec"]) == "0.33333" and d.gi_frame.f_locals["tell"] == "then"
e.gi_frame.f_locals["kind"] == "error raise"
np.geterr()["divide"] == "warn"
