# name: state-of-the-process
# description: working folder, environment, search path, decimal context, recursion limit
# %%
import os, sys, decimal
os.makedirs("deep/er", exist_ok=True); os.chdir("deep/er")
os.environ["FERRYTEST_A"] = "1"; os.environ["FERRYTEST_B"] = "2"
# %%
sys.path.append("/ferrytest/extra")
decimal.getcontext().prec = 9; decimal.getcontext().rounding = decimal.ROUND_DOWN
# %%
del os.environ["FERRYTEST_B"]
x = decimal.Decimal(2) / 3
# %% holds
os.getcwd().endswith("deep/er")
os.environ.get("FERRYTEST_A") == "1" and "FERRYTEST_B" not in os.environ
"/ferrytest/extra" in sys.path
decimal.getcontext().prec == 9
str(x) == "0.666666666"
decimal.Decimal(1) / 3 == decimal.Decimal("0.333333333")
