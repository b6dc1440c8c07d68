# name: nan-made-again
# description: a nan is found by its identity: what is made again with another one is refused
# lost: trip (its nan is not the one in gaps), rows (likewise)
# %%
rows = [(float("nan"), n) for n in range(4)]
def walked(rows):
    yield from rows
trip = walked(rows)
# %%
gaps = [rows[1][0]]
# %%
first = next(trip)[1]
# %% holds
rows[1][0] in gaps and first == 0
