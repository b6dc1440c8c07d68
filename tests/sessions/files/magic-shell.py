# name: magic-shell
# description: results of shell commands, and files they make
# %%
!printf 'a\nb\n' > made.txt
# %%
lines = !cat made.txt
# %%
n = len(lines)
word = "x"
back = !echo {word}
# %% holds
list(lines) == ["a", "b"] and n == 2
list(back) == ["x"]
