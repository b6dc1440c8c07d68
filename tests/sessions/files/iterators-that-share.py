# name: iterators-that-share
# description: iterators that draw from one source, half used, and by what they go on
# lost: one (an iterator), two (an iterator), src (one iterates over it), grp (an iterator), batch (an iterator), acc (an iterator), pair (an iterator), held (of an iterator)
# %%
import itertools as it
src = iter(range(10)); one, two = it.tee(src); batch = it.islice(src, 2, None, 2); acc = it.accumulate([1, 2, 3], initial=10)
# %%
x = next(one), next(one), next(two); y = next(batch), next(acc), next(acc); pair = it.pairwise("abcd"); next(pair)
# %%
grp = it.groupby("aabbc"); key, held = next(grp); z = it.zip_longest([1], iter([1, 2, 3])); got = next(z)
# %%
left = list(one), list(two), list(acc), list(pair), list(held), list(z)
# %%
letters = {"b", "a", "c", "d"}; over = iter(letters); first = next(over); numbers = iter(frozenset(range(50))); some = [next(numbers) for _ in range(20)]; done = iter({1}); list(done)
alone = iter({"x", "y", "z"}); next(alone); spent = it.zip_longest([1], [2, 3]); list(spent); half = it.zip_longest([1], [2, 3, 4]); begun = [next(half), next(half)]
# %%
later = list(half)
order = list(letters), [first, *over], some + list(numbers), list(done), len(list(alone)), list(spent)
# %% holds after 6
begun == [(1, 2), (None, 3)] and later == [(None, 4)]
order[0] == order[1] and order[2] == list(range(50)) and order[3:] == ([], 2, [])
# %% holds
x == (0, 1, 0) and y == (4, 10, 11) and key == "a" and got == (1, 1)
# %% holds after 4
left[2] == [13, 16] and left[3] == [("b", "c"), ("c", "d")] and left[4] == ["a", "a"] and left[5] == [(None, 2), (None, 3)]
left[0] == [5, 6, 7, 8, 9] and left[1] == [1, 5, 6, 7, 8, 9]
