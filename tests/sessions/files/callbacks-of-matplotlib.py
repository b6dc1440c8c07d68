# name: callbacks-of-matplotlib
# description: images and color bars hear from their norms as before; to save does not count callbacks on
# %%
import gc, matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib import cbook, colors
norm = colors.Normalize(0, 2)
registry = cbook.CallbackRegistry(); first = registry.connect("moved", print)
fig, (ax, beside) = plt.subplots(1, 2); image = ax.imshow([[1, 2], [3, 4]]); bar = fig.colorbar(image, cax=beside)
def connected():
    gc.collect()  # what a color bar drew before is in cycles
    return [(signal, cid, type(getattr(proxy(), "__self__", proxy())).__name__) for of in (image.norm, image, image._colorizer, ax, ax.xaxis)
            for signal, proxies in of.callbacks.callbacks.items() for cid, proxy in proxies.items()]
class Ear:
    heard = 0
    def hear(self, what): self.heard += what
ear, near = Ear(), (cbook.CallbackRegistry(), Ear()); apart = cbook.CallbackRegistry(); plain = cbook.CallbackRegistry()
apart.connect("moved", ear.hear); near[0].connect("moved", near[1].hear); told = []; plain.connect("moved", lambda what: told.append(what))
before = connected()
# %%
half = float(norm(1)); second = registry.connect("moved", repr)
# %%
image.set_clim(0, 8); norm.vmax = 4; registry.disconnect(first); before = connected()
# %%
near[0].process("moved", 5); apart.process("moved", 3); plain.process("moved", 4); image.norm.vmax = 16; limits = bar.vmin, bar.vmax, image.stale, bar.ax.get_ylim(); before = connected()
# %% holds
near[1].heard == 5 and ear.heard == 3 and told == [4]
repr(norm.callbacks._cid_gen) == "count(0)"
connected() == before and len(before) >= 3
norm.vmax == 4 and first == 0 and second == 1 and half == 0.5 and repr(registry._cid_gen) == "count(2)"
bar.mappable is image and list(image.callbacks.callbacks["changed"].values())[0]().__self__ is bar
limits == (0.0, 16.0, True, (0.0, 16.0))
# %% holds after 2
repr(registry._cid_gen) == "count(2)" and second == 1 and half == 0.5 and norm.vmax == 2
