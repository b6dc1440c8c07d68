# name: attributes-of-tuples-of-targets
# description: attributes of modules, classes and objects of libraries that one statement sets together
# %%
import json, string, statistics
from fractions import Fraction
# %%
json.first, json.second = 1, [2]
Fraction.limit, string.depth = 5, 6
json._default_encoder.colour, string.Formatter.size = "red", 3
if True:
    statistics.first, *rest = (7, 8)
x = 1; json.third, x = 9, 2
if x: json.fourth, x = 10, 3
(json.fifth, (json.sixth, x)), [json.seventh, json.eighth] = (11, (12, 13)), "ab"
# %%
x = 1
# %% holds
(json.first, json.second, Fraction.limit, string.depth, json._default_encoder.colour, string.Formatter.size, statistics.first) == (1, [2], 5, 6, "red", 3, 7)
(json.third, json.fourth, json.fifth, json.sixth) == (9, 10, 11, 12) and (json.seventh, json.eighth) == ("a", "b")
