# name: custom-containers
# description: classes that act as sequences, mappings, contexts, callables, and that compare oddly
# %%
class Seq:
    def __init__(self, *a): self.a = list(a)
    def __getitem__(self, i): return self.a[i]
    def __len__(self): return len(self.a)
    def __contains__(self, x): return x in self.a
    def __iadd__(self, o): self.a += o; return self
    def __bool__(self): raise TypeError("no truth")
class Odd:
    def __eq__(self, o): return True
    __hash__ = None
class Ctx:
    depth = 0
    def __enter__(self): Ctx.depth += 1; return self
    def __exit__(self, *e): Ctx.depth -= 1; return True
class Call:
    def __init__(self): self.n = 0
    def __call__(self, *a): self.n += 1; return a
s, odd, c = Seq(1, 2), Odd(), Call(); same = s
# %%
s += [3]; c(1); odd2 = Odd()
with Ctx() as ctx: 1 / 0
# %%
c(2); parts = list(s); everything = [odd, odd2]
# %% holds
same is s and parts == [1, 2, 3] and 3 in s and c.n == 2 and Ctx.depth == 0
everything[0] is odd and everything[1] is odd2 and odd == 5 and Odd.__hash__ is None
