# name: case-26-objects-of-library-modules
# description: the global generator and a logger, held by several objects, stay the module's own
# case: 26
# %%
import logging
import numpy as np
rng = np.random.mtrand._rand
log = logging.getLogger("ferry.case26")
class Job:
    def __init__(self, n):
        self.n, self.log, self.rng = n, log, rng
j1, j2 = Job([1]), Job([2])
# %%
j1.n.append(3)
# %%
np.random.seed(5); x = j2.rng.random()
# %% holds
j1.n == [1, 3] and j2.n == [2]
rng is np.random.mtrand._rand
j1.log is logging.getLogger("ferry.case26")
j1.rng is j2.rng is rng
