# name: case-24-identity-of-immutables
# description: sentinels: one nan, one big int, one tuple, one string, seen from several containers
# case: 24
# %%
nan = float("nan")
big = 10 ** 30
pair = (1, [2][0], "x" * 50)
mark = "".join(["a", "sentinel"])
# %%
Q = [nan, big]; R = {"n": nan, "p": pair}; S = (mark, [pair])
# %%
T = {nan: 1}
# %% holds
nan in Q
Q[0] is nan and R["n"] is nan
Q[1] is big
R["p"] is pair and S[1][0] is pair
S[0] is mark
T[nan] == 1
