# name: library-classes-registered-with-each-other
# description: classes of libraries that cells registered with abstract classes of others
# %%
import collections.abc, decimal, numbers, numpy as np
# %%
numbers.Real.register(decimal.Decimal); Array = np.ndarray; collections.abc.Sequence.register(Array)
# %%
kinds = [isinstance(decimal.Decimal(1), numbers.Real), isinstance(np.zeros(2), collections.abc.Sequence)]
# %% holds
kinds == [True, True] and issubclass(decimal.Decimal, numbers.Real) and issubclass(np.ndarray, collections.abc.Sequence)
not issubclass(str, numbers.Real)
