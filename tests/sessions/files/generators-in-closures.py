# name: generators-in-closures
# description: generators, delegations, coroutines and asynchronous generators that functions hold and advance
# lost: pull (its generator), take (its generator), deleg (a generator), co (a coroutine), ag (an asynchronous generator), log (the generators write it), feed (they read it), gen (what it made is running)
# %%
log, feed = [], [1, 2, 3]
def make():
    def numbers():
        for x in feed:
            got = yield x
            log.append(got)
    g = numbers()
    return lambda: next(g), g.send
pull, take = make()
# %%
a = pull(); b = take("hi")
def gen(): yield from feed; return "end"
deleg = gen(); first = next(deleg)
# %%
async def co_(): return 1
async def ag_(): yield 1
co, ag = co_(), ag_(); co.close()
# %%
feed.append(4); rest = list(deleg)
# %% holds
a == 1 and b == 2 and first == 1 and rest == [2, 3, 4]
log == ["hi"]
