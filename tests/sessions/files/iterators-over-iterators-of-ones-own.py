# name: iterators-over-iterators-of-ones-own
# description: map, zip and their like over iterators of classes that cells wrote, which begin again when they are asked for one, and chains at their end
# %%
import itertools as it
class Count:
    asked = 0
    def __init__(self, most):
        self.most, self.at = most, 0
    def __iter__(self):
        self.at = 0; Count.asked += 1
        return self
    def __next__(self):
        self.at += 1
        if self.at > self.most:
            raise StopIteration
        return self.at
kinds = {"map": map(lambda a: a * 10, Count(9)), "filter": filter(None, Count(9)), "zip": zip("abcdef", Count(9)), "enumerate": enumerate(Count(9), 5),
         "accumulate": it.accumulate(Count(9)), "compress": it.compress(Count(9), it.repeat(1)), "cycle": it.cycle(Count(3)),
         "dropwhile": it.dropwhile(lambda n: n < 2, Count(9)), "filterfalse": it.filterfalse(lambda n: n == 2, Count(9)),
         "starmap": it.starmap(pow, zip(Count(9), it.repeat(2))), "takewhile": it.takewhile(lambda n: n < 8, Count(9)),
         "chain": it.chain(Count(2), Count(9))}
counter = Count(9); both = map(lambda a, b: a + b, counter, it.count(1)); asked = Count.asked
# %%
first = [next(each) for each in kinds.values()], next(both)
left, right = it.tee(it.chain("ab", [1])); whole = list(right); done = it.chain([1]); list(done)
# %%
print([next(each) for each in kinds.values()], next(both), list(left), list(done))
# %%
print(counter.at, [next(each) for each in kinds.values()], next(kinds["cycle"]))
# %% holds
Count.asked == asked + 2 and counter.at == 2
# %% holds after 2
Count.asked == asked + 1 and counter.at == 1
