# name: random-generators-in-the-middle
# description: generators of random numbers between two draws of a pair, and spawned ones
# %%
import random, numpy as np
r = random.Random(5); first = r.gauss(0, 1)
legacy = np.random.RandomState(3); half = legacy.standard_normal()
rng = np.random.default_rng(7); kids = rng.spawn(2); seq = np.random.SeedSequence(1); grand = seq.spawn(3)
# %%
second = r.gauss(0, 1); other = legacy.standard_normal(); pcg = np.random.Generator(np.random.Philox(4)); pcg.integers(10, dtype=np.int32)
shared = np.random.Generator(rng.bit_generator)
# %%
third = (r.random(), legacy.normal(), rng.random(), kids[0].random(), pcg.integers(10, dtype=np.int32), rng.spawn(1)[0].random(), seq.spawn(1)[0].generate_state(1)[0], shared.random())
# %% holds
shared.bit_generator is rng.bit_generator
seq.n_children_spawned == 4
