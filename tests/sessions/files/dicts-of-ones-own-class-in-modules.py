# name: dicts-of-ones-own-class-in-modules
# description: a module of one's own holds its settings in a dict, a list and a set of classes of its own, which its classes, defaults and variables hold as well
# %%
import os, sys
os.makedirs("m", exist_ok=True)
open("m/conf.py", "w").write('''
class Settings(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)
    __setattr__ = dict.__setitem__
class Rows(list):
    title = ""
class Tags(set): pass
class Itself(dict):
    def __init__(self, **values):
        super().__init__(**values)
        self.__dict__ = self
settings, rows, tags, itself = Settings(x=1), Rows([1]), Tags("a"), Itself(x=1)
class Model:
    settings, rows = settings, rows
    @staticmethod
    def tags(found=tags): return found
''')
sys.path.insert(0, os.path.abspath("m"))
import conf
from conf import settings, Model
# %%
settings.y = [2]
conf.rows.append(3); conf.rows.title = "mine"; conf.tags.add("b")
box = [settings, conf.rows]
# %%
settings.y.append(4); settings.me = settings; conf.rows.append(box[0]); conf.itself.z = 3
# %% holds after 2
conf.settings is settings is Model.settings is box[0] and settings == {"x": 1, "y": [2]}
conf.rows is Model.rows is box[1] and conf.rows == [1, 3] and conf.rows.title == "mine" and conf.tags is Model.tags() and conf.tags == {"a", "b"}
# %% holds
conf.settings is settings is Model.settings is box[0] is settings.me is conf.rows[2] and settings.y == [2, 4]
conf.rows is Model.rows is box[1] and len(conf.rows) == 3 and conf.tags is Model.tags() and conf.itself.z == conf.itself["z"] == 3
