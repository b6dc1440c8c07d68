# name: containers-that-libraries-hold
# description: entries that are nobody's, put into dicts, lists and sets of libraries and taken out of them
# %%
import json.encoder, keyword, http.server, encodings.aliases, locale, string
from locale import locale_alias as names
x = 1
# %%
json.encoder.ESCAPE_DCT["é"] = "E"
keyword.kwlist.append("mine")
http.server.SimpleHTTPRequestHandler.extensions_map[".xy"] = "text/xy"
encodings.aliases.aliases["mycodec"] = "utf_8"
locale.locale_alias.update(xx="xx_XX.UTF-8")
# %%
del json.encoder.ESCAPE_DCT["\n"]
names["yy"] = "yy_YY.UTF-8"
keyword.softkwlist.remove("match")
# %%
y = "a".encode("mycodec")
# %% holds
json.encoder.ESCAPE_DCT["é"] == "E" and "\n" not in json.encoder.ESCAPE_DCT
keyword.kwlist[-1] == "mine" and "match" not in keyword.softkwlist
http.server.SimpleHTTPRequestHandler.extensions_map[".xy"] == "text/xy"
encodings.aliases.aliases["mycodec"] == "utf_8"
locale.locale_alias["xx"] == "xx_XX.UTF-8" and locale.locale_alias["yy"] == "yy_YY.UTF-8"
names is locale.locale_alias
