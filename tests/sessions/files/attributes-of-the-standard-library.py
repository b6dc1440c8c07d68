# name: attributes-of-the-standard-library
# description: what cells set under names that they compute on modules whose own state other items bring back
# %%
import asyncio, contextlib, inspect, logging, os, pickle, sys, threading, typing, warnings
# %%
for name in ("fer" + "ry", "no" + "te"):
    for module in (asyncio, contextlib, inspect, logging, os, pickle, sys, threading, typing, warnings):
        setattr(module, name, len(name))
# %% raises ZeroDivisionError
1 / 0
# %% holds
[(each.ferry, each.note) for each in (asyncio, contextlib, inspect, logging, os)] == 5 * [(5, 4)]
[(each.ferry, each.note) for each in (pickle, sys, threading, typing, warnings)] == 5 * [(5, 4)]
