# name: instances-that-are-their-own-dict
# description: self.__dict__ = self, as containers with attributes do: an item is an attribute after a resume, too
# %%
class Attributes(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self


class Strict(Attributes):
    def __setattr__(self, name, value):
        if name != "__dict__" and name not in self:
            raise AttributeError(name)
        super().__setattr__(name, value)


shared = [2]
own = Attributes(x=1, shared=shared, me=None)
own.me = own
strict = Strict(x=1)
plain = Attributes()
del plain.__dict__
# %%
own["late"] = 3
strict.x = 2
plain["x"] = 1
# %%
import argparse, string
options = argparse.Namespace(depth=1); settings = vars(options); held = [string.Formatter()]; held.append(held[0].__dict__)
# %%
settings["width"] = 2; held[1]["mine"] = settings
# %% holds
own.__dict__ is own and strict.__dict__ is strict
own.late == 3 and own["late"] == 3 and list(own) == ["x", "shared", "me", "late"]
own.me is own and own["shared"] is shared
strict == {"x": 2} and strict.x == 2 and type(strict) is Strict
not hasattr(plain, "x") and plain == {"x": 1}
options.width == 2 and vars(options) is settings and held[0].mine is settings
