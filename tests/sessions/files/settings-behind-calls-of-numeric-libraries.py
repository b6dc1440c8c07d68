# name: settings-behind-calls-of-numeric-libraries
# description: how libraries print, draw, compute and warn, set by calls and entries that change nothing which a module holds by name
# %%
import numpy as np, pandas as pd, scipy.special, sympy, rich, threading
polynomial = np.polynomial.Polynomial([1.0, 2.0])
# %%
scipy.special.seterr(singular="raise"); np.polynomial.set_default_printstyle("ascii"); pd.plotting.plot_params["x_compat"] = True
sympy.polys.polyconfig.setup("USE_HEU_GCD", False); rich.reconfigure(width=77)
threading.current_thread().name = "Leader"
sympy.core.parameters.global_parameters.evaluate = False; np.ma.masked_print_option.set_display("none")
# %%
try: scipy.special.gammaln(0.0); answer = "quiet"
except Exception as error: answer = type(error).__name__
print(np.ma.array([1, 2], mask=[0, 1]), polynomial, answer, rich.get_console().width, threading.current_thread().name)
# %% holds
str(polynomial) == "1.0 + 2.0 x" and answer == "SpecialFunctionError"
pd.plotting.plot_params["xaxis.compat"] and not sympy.polys.polyconfig.query("USE_HEU_GCD")
rich.get_console().width == 77
threading.main_thread().name == "Leader"
not sympy.core.parameters.global_parameters.evaluate and str(np.ma.masked_print_option) == "none"
