# name: threads-numbered
# description: threads and pools that get their names from a number go on counting where they were
# %%
import threading
from concurrent.futures import ThreadPoolExecutor
def name_of_next(): return threading.Thread(target=int).name
names = [name_of_next() for _ in range(3)]
# %%
with ThreadPoolExecutor(1) as pool: first = pool.submit(lambda: threading.current_thread().name).result()
# %%
names.append(name_of_next())
with ThreadPoolExecutor(1) as pool: second = pool.submit(lambda: threading.current_thread().name).result()
del pool
# %% holds
int(names[3].split("-")[1].split()[0]) - int(names[0].split("-")[1].split()[0]) == 3
first[:-2] != second[:-2]
