# name: unpicklable-files
# description: open files for reading and writing, and what was read
# lost: r (what reads from it is lost), lines (a generator that reads from a file)
# %%
w = open("out.txt", "w"); _ = w.write("one\ntwo\n"); w.flush()
# %%
r = open("out.txt"); head = r.readline()
# %%
lines = (line.strip() for line in r); count = len(head)
# %% holds
head == "one\n" and count == 4
