# name: attributes-given-to-setters
# description: what functions of libraries do nothing with but to put it into their module, slots, and hidden names that no assignment spells
# %%
import gettext, fractions, statistics, textwrap, urllib.request, matplotlib.dates, scipy.cluster.hierarchy as hierarchy, plotly.express as px
from scipy.cluster.hierarchy import set_link_color_palette
from sympy.printing.pretty import pretty_symbology
# %%
gettext.textdomain("ferry"); matplotlib.dates.set_epoch("2000-01-01"); set_link_color_palette(["c", "m"])
pretty_symbology.pretty_use_unicode(False)
for name, value in {"_note": 7, "_numbers": [1, 2]}.items(): setattr(fractions, name, value)
for name in ("_limit", "_order"): setattr(statistics.NormalDist, name, len(name))
urllib.request.install_opener(urllib.request.build_opener()); urllib.request._opener.addheaders = [("User-agent", "ferry")]
# %%
for name, value in {"height": 222, "color_" + "discrete_sequence": ["red"]}.items(): setattr(px.defaults, name, value)
setattr(px.defaults, "wid" + "th", 111)
# %%
number = matplotlib.dates.date2num(__import__("datetime").datetime(2000, 1, 2))
# %% holds
gettext.textdomain() == "ferry" and number == 1.0 and matplotlib.dates.get_epoch() == "2000-01-01"
hierarchy._link_line_colors == ["c", "m"] and not pretty_symbology.pretty_use_unicode()
fractions._note == 7 and fractions._numbers == [1, 2]
(statistics.NormalDist._limit, statistics.NormalDist._order) == (6, 6)
(px.defaults.height, px.defaults.width, px.defaults.color_discrete_sequence) == (222, 111, ["red"])
urllib.request._opener.addheaders == [("User-agent", "ferry")] and urllib.request._opener.handlers[0].parent is urllib.request._opener
