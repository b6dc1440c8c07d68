# name: warnings-given-already
# description: a warning that a library has given is not given again from the same line, also where loading changes filters for a while
# %%
import pathlib; size = pathlib.Path("noisy_ferry.py").write_text("import warnings\ndef odd(n):\n    warnings.warn('odd colour')\n    return n + 1\n")
import noisy_ferry, warnings
class Quiet:
    def __setstate__(self, state):
        with warnings.catch_warnings():
            self.__dict__.update(state)
quiet = Quiet(); quiet.n = 1
# %%
first = noisy_ferry.odd(1)
# %%
second = noisy_ferry.odd(2)
# %%
third = noisy_ferry.odd(3)
# %% holds
(first, second, third) == (2, 3, 4) and quiet.n == 1
