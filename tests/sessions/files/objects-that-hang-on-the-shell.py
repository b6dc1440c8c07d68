# name: objects-that-hang-on-the-shell
# description: attributes that cells put on objects of the shell, and lines of no file
# %%
import linecache
ip = get_ipython()
# %%
linecache.cache["<mine>"] = (5, None, ["a = 1\n"], "<mine>")
ip.Completer.mine = 1
ip.mine = 7
setattr(ip.display_formatter, "mine", [3])
# %%
del ip.mine
# %% holds
linecache.getline("<mine>", 1) == "a = 1\n"
ip.Completer.mine == 1 and ip.display_formatter.mine == [3]
not hasattr(ip, "mine")
