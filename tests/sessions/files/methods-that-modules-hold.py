# name: methods-that-modules-hold
# description: functions of random and multiprocessing are methods of an object of their module, and are the module's own
# %%
import random, multiprocessing
from random import sample, shuffle
from multiprocessing import cpu_count, Process
draw = random.random; random.seed(4); from random import random as number
deck = list(range(6)); shuffle(deck)
# %%
table = {"draw": draw, "mine": deck.append}
# %% holds
sample is random.sample and shuffle is random.shuffle and draw == random.random and cpu_count is multiprocessing.cpu_count
table["draw"] is draw and table["mine"].__self__ is deck
draw.__self__ is random._inst
draw is random.random and number is draw
