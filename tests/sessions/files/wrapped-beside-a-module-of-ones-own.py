# name: wrapped-beside-a-module-of-ones-own
# description: a function that a library wraps under its own name is named as lost also where a module of one's own holds something
# lost: modules (what lru_cache made of a function of a library bears its name)
# %%
import sys, os, json, functools
os.makedirs("m", exist_ok=True); open("m/boxes.py", "w").write("kept = [1]\n")
sys.path.insert(0, os.path.abspath("m"))
import boxes
# %%
json.loads = functools.lru_cache(json.loads); boxes.kept.append(2); json.boxes = boxes.kept
# %% holds
boxes.kept == [1, 2] and json.boxes is boxes.kept
# %% holds
hasattr(json.loads, "cache_info")
