# name: exceptions-with-luggage
# description: exceptions with causes, contexts, notes, attributes and arguments that the session shares
# lost: plain (the traceback of its cause), again (it shares), box (they hold it), grp (it holds one)
# %%
class Oops(ValueError):
    def __init__(self, what, box): super().__init__(what); self.box = box
box = [1]; plain = Oops("no traceback", box); plain.add_note("a note"); plain.__cause__ = KeyError("why")
# %%
try: raise plain.__cause__
except KeyError as e:
    err = None; plain.__context__ = e
box.append(2); grp = ExceptionGroup("g", [plain, TypeError("t")])
# %%
args = plain.args; again = Oops(*args, box=box); same = plain.__cause__ is plain.__context__
# %% holds
plain.box is box and again.box is box and box == [1, 2] and plain.__notes__ == ["a note"] and args == ("no traceback",)
same and isinstance(plain.__cause__, KeyError) and plain.__suppress_context__ is True
grp.exceptions[0] is plain and isinstance(plain, Oops)
