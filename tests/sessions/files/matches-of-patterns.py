# name: matches-of-patterns
# description: what regular expressions found, in cells that must not run again
# %%
import re, pathlib
_ = pathlib.Path("made.txt").write_text("k=1\nkey=22\n")
text = pathlib.Path("made.txt").read_text(); pattern = re.compile(r"(?P<name>\w+)=(\d+)"); first = pattern.search(text); none = pattern.match("?")
# %%
found = list(pattern.finditer(text)); whole = re.fullmatch("(a)|(b)", "b"); box = {"m": first, "part": pattern.match(text, 4)}
# %%
name = box["m"]["name"]; swapped = found[1].expand(r"\2=\1")
# %% holds
first.string is text and first.re is pattern and first.groups() == ("k", "1") and none is None
# %% holds after 3
box["m"] is first and found[1].span() == (4, 10) and found[0].string is text and whole.lastindex == 2 and box["part"].pos == 4
name == "k" and swapped == "22=key" and found[1].groupdict() == {"name": "key"}
