# name: state-of-libraries-through-their-calls
# description: settings that libraries keep inside their own objects, set by calls of theirs and never assigned
# %%
import sklearn, mpmath, csv, mimetypes, logging, networkx as nx, xml.etree.ElementTree as ET
from sklearn.preprocessing import StandardScaler
import pandas as pd
frame = pd.DataFrame({"a": [1.0, 3.0]})
# %%
sklearn.set_config(transform_output="pandas"); mpmath.mp.dps = 40
csv.register_dialect("ferry", delimiter="|"); mimetypes.add_type("text/ferry", ".ferry")
logging.addLevelName(15, "CHATTY"); ET.register_namespace("fy", "urn:ferry")
import calendar, faulthandler, multiprocessing
calendar.setfirstweekday(6); multiprocessing.set_start_method("spawn", force=True); nx.config.cache_converted_graphs = False; faulthandler.enable()
import decimal, doctest, email.charset, html.entities, zoneinfo
decimal.DefaultContext.prec = 12; decimal.setcontext(decimal.Context(prec=12)); zoneinfo.reset_tzpath(["/usr/share/zoneinfo"])
email.charset.add_charset("ferry", email.charset.QP); flag = doctest.register_optionflag("FERRY"); html.entities.html5["ferry;"] = "F"
# %%
scaled = StandardScaler().fit_transform(frame); third = mpmath.mpf(1) / 3
# %%
print(type(StandardScaler().fit_transform(frame)).__name__, mpmath.mpf(1) / 7)
# %% holds
decimal.DefaultContext.prec == decimal.getcontext().prec == 12 and len(str(decimal.Decimal(1) / 3)) == 14
zoneinfo.TZPATH == ("/usr/share/zoneinfo",) and doctest.register_optionflag("FERRY") == flag
email.charset.CHARSETS["ferry"][0] == email.charset.QP and html.entities.html5["ferry;"] == "F"
calendar.firstweekday() == 6 and multiprocessing.get_start_method() == "spawn" and faulthandler.is_enabled()
not nx.config.cache_converted_graphs
sklearn.get_config()["transform_output"] == "pandas"
mpmath.mp.dps == 40
csv.get_dialect("ferry").delimiter == "|"
mimetypes.guess_type("x.ferry")[0] == "text/ferry"
logging.getLevelName(15) == "CHATTY"
ET.tostring(ET.Element("{urn:ferry}a")) == b'<fy:a xmlns:fy="urn:ferry" />'
# %% holds after 1
sklearn.get_config()["transform_output"] == "default"
