# name: modules-loaded-anew
# description: functions and classes of modules that were loaded anew, and copies of library modules
# lost: f1 (the class that a reload left behind names the new one in its __new__), new (it holds a table of a module that was loaded anew)
# %%
import importlib, json.decoder, textwrap, fractions
OldDecoder = json.decoder.JSONDecoder; old_dedent = textwrap.dedent; OldF = fractions.Fraction; f1 = OldF(1, 3)
inst = OldDecoder(); table = {"dec": OldDecoder, "fill": textwrap.fill}
# %%
importlib.reload(textwrap); importlib.reload(fractions)
# %%
importlib.reload(json.decoder); new = json.decoder.JSONDecoder()
# %%
same = (old_dedent is textwrap.dedent, OldF is fractions.Fraction, OldDecoder is json.decoder.JSONDecoder, isinstance(new, OldDecoder), isinstance(f1, fractions.Fraction), table["fill"] is textwrap.fill)
# %% holds
same == (False, False, False, False, False, False)
old_dedent is not textwrap.dedent
OldF is not fractions.Fraction
type(f1) is OldF and not isinstance(f1, fractions.Fraction)
OldDecoder is not json.decoder.JSONDecoder
not isinstance(new, OldDecoder)
type(inst) is OldDecoder
table["dec"] is OldDecoder
table["fill"] is not textwrap.fill
