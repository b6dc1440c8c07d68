# name: numpy-generators
# description: generators of numpy: two over one bit generator, children of a seed, state in the middle
# %%
import numpy as np
bits = np.random.PCG64(7); one, two = np.random.Generator(bits), np.random.Generator(bits)
seed = np.random.SeedSequence(5); kids = [np.random.default_rng(s) for s in seed.spawn(2)]; old = np.random.RandomState(3)
# %%
drawn = [one.random(), two.random(), kids[0].integers(100), old.normal()]
# %%
more = [one.random(), two.integers(10), kids[1].random(), old.normal(), np.random.default_rng(seed.spawn(1)[0]).random()]
print(more)
# %% holds
one.bit_generator is bits and two.bit_generator is bits
seed.n_children_spawned == 3 and len(more) == 5
