# name: generators-of-random
# description: own generators of random numbers go on, also subclasses, shuffles and choices
# %%
import random
a = random.Random(1); b = random.Random(); b.setstate(a.getstate())
class Loaded(random.Random):
    def random(self): return 0.25
l = Loaded(3); shared = {"rng": a}
# %%
x = [a.random(), a.gauss(0, 1)]; deck = list(range(10)); a.shuffle(deck); random.seed(9); g = random.random()
# %%
print(a.random(), a.gauss(0, 1), b.random(), l.random(), l.choice("abcd"), random.random(), shared["rng"].randint(0, 99))
# %% holds
shared["rng"] is a and len(deck) == 10 and type(l) is Loaded and l.random() == 0.25
