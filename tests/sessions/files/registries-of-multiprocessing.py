# name: registries-of-multiprocessing
# description: what cells register with multiprocessing and cloudpickle for other processes
# %%
import cloudpickle, colorsys, fractions, multiprocessing.managers as managers, multiprocessing.reduction as reduction
def reduced(value): return fractions.Fraction, (value.numerator, value.denominator)
reduction.ForkingPickler.register(fractions.Fraction, reduced)
# %%
class Counter:
    def count(self): return 1
managers.SyncManager.register("Counter", Counter)
cloudpickle.register_pickle_by_value(colorsys)
# %% holds
reduction.ForkingPickler._extra_reducers[fractions.Fraction] is reduced
# %% holds after 2
managers.SyncManager._registry["Counter"][0] is Counter and hasattr(managers.SyncManager, "Counter")
cloudpickle.list_registry_pickle_by_value() == {"colorsys"}
