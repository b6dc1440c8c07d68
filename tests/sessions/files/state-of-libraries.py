# name: state-of-libraries
# description: options of pandas and numpy, rcParams, warning filters, logging levels
# %%
import pandas as pd, numpy as np, warnings, logging
pd.set_option("display.max_rows", 7); np.set_printoptions(precision=3)
# %%
import matplotlib
matplotlib.rcParams["lines.linewidth"] = 4.5
warnings.filterwarnings("ignore", message="ferrytest")
# %%
logging.getLogger("ferrytest").setLevel(logging.ERROR)
old = np.seterr(divide="ignore")
# %% holds
pd.get_option("display.max_rows") == 7
np.get_printoptions()["precision"] == 3
matplotlib.rcParams["lines.linewidth"] == 4.5
any(f[1] is not None and f[1].pattern == "ferrytest" for f in warnings.filters)
logging.getLogger("ferrytest").level == logging.ERROR
np.geterr()["divide"] == "ignore"
