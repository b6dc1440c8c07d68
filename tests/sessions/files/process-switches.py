# name: process-switches
# description: switches of the interpreter that no module option names
# %%
import gc, sys, socket, threading, faulthandler, signal
# %%
gc.disable(); gc.set_threshold(500, 7, 5); sys.setswitchinterval(0.01)
# %%
socket.setdefaulttimeout(3.5)
sys.set_int_max_str_digits(9000)
# %%
x = 1
# %% holds
gc.isenabled() is False
gc.get_threshold() == (500, 7, 5)
abs(sys.getswitchinterval() - 0.01) < 1e-6
socket.getdefaulttimeout() == 3.5
sys.get_int_max_str_digits() == 9000
