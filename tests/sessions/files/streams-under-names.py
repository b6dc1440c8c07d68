# name: streams-under-names
# description: the standard output kept under a name while an object of the session stands in its place
# %%
import sys
class Tee:
    def __init__(self, to): self.to, self.n = to, 0
    def write(self, s): self.n += len(s); return self.to.write(s)
    def flush(self): self.to.flush()
old = sys.stdout; tee = Tee(sys.stdout); sys.stdout = tee
# %%
print("abc"); n = tee.n
# %%
sys.stdout = old
# %%
print("x"); m = tee.n
# %% holds
tee.to is old
n == 4 and m == 4
sys.stdout is old
# %% holds after 1
sys.stdout is tee
