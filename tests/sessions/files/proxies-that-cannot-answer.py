# name: proxies-that-cannot-answer
# description: a proxy of what has gone and objects that raise when they are asked for their class or anything, beside outputs and what cells set in libraries
# %%
import weakref, json, fractions, sys
class T: pass
t = T(); t.x = [1]; p = weakref.proxy(t)
class Request:
    @property
    def __class__(self): raise RuntimeError("working outside of a request")
class Shut:
    def __getattribute__(self, name): raise RuntimeError("shut")
request, shut = Request(), Shut()
# %%
p.x
# %%
p.x = 2; request.user = "ann"; sys.flags
def handle(q=request): return q.user
# %%
del t; json.thing = p; json.request = request; json.shut = shut; fractions.Fraction.limit = 5
# %%
{"x": 3}
# %%
later = handle()
# %% holds
Out[2] == [1] and Out[5] == {"x": 3} and _5 is Out[5]
fractions.Fraction.limit == 5 and json.thing is p and json.request is request and json.shut is shut
later == request.user == "ann" and type(request) is Request
# %% holds after 4
Out[2] == [1] and fractions.Fraction.limit == 5
