# name: unpicklable-files
# description: open files for reading and writing, and what was read
# lost: r (an open file), w (an open file), lines (it reads from one)
# %%
w = open("out.txt", "w"); _ = w.write("one\ntwo\n"); w.flush()
# %%
r = open("out.txt"); head = r.readline()
# %%
lines = (line.strip() for line in r); count = len(head)
# %% holds
head == "one\n" and count == 4
