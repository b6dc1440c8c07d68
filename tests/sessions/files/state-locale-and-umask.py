# name: state-locale-and-umask
# description: time zone, umask, switch interval and recursion limit
# %%
import os, sys, time
os.environ["TZ"] = "Asia/Tokyo"; time.tzset()
# %%
before = os.umask(0o077)
sys.setrecursionlimit(2345)
# %%
made = time.strftime("%H", time.localtime(0))
# %% holds
made == "09"
time.strftime("%H", time.localtime(0)) == "09"
sys.getrecursionlimit() == 2345
