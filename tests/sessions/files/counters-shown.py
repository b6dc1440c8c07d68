# name: counters-shown
# description: IPython prints counters, defaultdicts and deques in its own way, which it keeps ready until the first of them is shown
# %%
from collections import Counter, OrderedDict, UserList, defaultdict, deque
counts = Counter("mississippi"); groups = defaultdict(list, a=[1]); recent = deque([1, 2], maxlen=2)
class Tally(Counter): pass
# %%
counts
# %%
groups
# %%
[recent, OrderedDict(a=1), Tally("aab")]
# %%
printers = get_ipython().display_formatter.formatters["text/plain"]
printers.pop(deque); printers.for_type(Counter, lambda counter, p, cycle: p.text("many"))
# %%
counts["q"] += 1
[counts, groups, recent, UserList([1])]
# %% holds
printers.lookup_by_type(defaultdict).__name__ == "_defaultdict_pprint"
printers.lookup_by_type(UserList).__name__ == "_userlist_pprint"
printers.lookup_by_type(Counter).__name__ == "<lambda>"
deque not in printers.type_printers and ("collections", "deque") not in printers.deferred_printers
