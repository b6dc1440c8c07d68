# name: order-of-sets
# description: the order of sets follows their tables: members removed, popped, added back; sets inside other objects
# %%
words = {"w%d" % i for i in range(60)}
words -= {"w%d" % i for i in range(0, 60, 4)}
first = [words.pop() for _ in range(5)]
frozen = frozenset(list(words)[::-1])
class Tags(set):
    pass
tags = Tags(words); tags.discard(next(iter(tags)))
box = {"emptied": {"x%d" % i for i in range(40)}, "pairs": {(i, str(i)) for i in range(30)}, "mixed": {None, 1.5, "a", b"b"}}
box["emptied"].difference_update(list(box["emptied"]))
# %%
words.add("w0"); words.discard("w1"); words.add("w1")
orders = [list(words), list(frozen), list(tags), list(box["pairs"])]
# %%
box["emptied"] |= {"y%d" % i for i in range(9)}
orders.append(list(box["emptied"]))
print(sorted(words) == sorted(orders[0]), words.pop() == orders[0][0], list(words) == orders[0][1:])
orders[0] = list(words)
# %%
print([tags.pop() for _ in range(3)] == orders[2][:3], len(box["mixed"]))
orders[2] = list(tags)
# %% holds
[list(words), list(frozen), list(tags), list(box["pairs"]), list(box["emptied"])] == orders
box["mixed"] == {None, 1.5, "a", b"b"}
