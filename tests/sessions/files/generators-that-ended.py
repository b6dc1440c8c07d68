# name: generators-that-ended
# description: generators that were used up by cells that must not run again
# lost: squares (before it is used up)
# %%
def pairs(n):
    for i in range(n): yield i, i * i
out = open("made.txt", "w"); out.close(); del out
models = (str(n) for n in (1, 2)); fitted = list(models); squares = pairs(3)
# %%
total = sum(b for a, b in squares); stopped = pairs(9); first = next(stopped); stopped.close(); box = [models, squares]
# %%
left = list(models), list(squares), next(stopped, "nothing")
# %% holds
fitted == ["1", "2"]
# %% holds after 2
box[0] is models and squares.__name__ == "pairs" and squares.gi_frame is None and total == 5 and first == (0, 0)
# %% holds after 3
left == ([], [], "nothing")
