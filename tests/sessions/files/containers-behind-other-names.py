# name: containers-behind-other-names
# description: entries that are nobody's in containers of libraries, which cells reach by a variable, a parameter, a loop, or an import of their own
# %%
import json.encoder, keyword, http.server, locale, encodings.aliases, sklearn.metrics
from sklearn.metrics import make_scorer, accuracy_score
escapes = json.encoder.ESCAPE_DCT
def put(container, *entries):
    for entry in entries: container.append(entry)
# %%
escapes["é"] = "E"; put(keyword.kwlist, "mine", "yours"); put(keyword.softkwlist, "hers")
from sklearn.metrics._scorer import (_SCORERS,
                                     get_scorer)
_SCORERS["mine"] = make_scorer(accuracy_score)
for table, value in (http.server.SimpleHTTPRequestHandler.extensions_map, "text/xy"), (encodings.aliases.aliases, "utf_8"): table["xy"] = value
# %%
put(keyword.kwlist, "theirs")
# %%
y = "a".encode("xy"); put(keyword.softkwlist, "ours")
# %% holds
json.encoder.ESCAPE_DCT["é"] == "E" and escapes is json.encoder.ESCAPE_DCT
keyword.kwlist[-3:] == ["mine", "yours", "theirs"] and keyword.softkwlist[-2:] == ["hers", "ours"]
http.server.SimpleHTTPRequestHandler.extensions_map["xy"] == "text/xy" and encodings.aliases.aliases["xy"] == "utf_8"
"mine" in sklearn.metrics.get_scorer_names() and sklearn.metrics.get_scorer("mine")._score_func is accuracy_score
