# name: executors-that-are-shut-down
# description: executors behind their `with`, a context of multiprocessing that the library holds; a pool of processes, which nothing else is lost with
# lost: pool (its processes have ended)
# %%
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
context = multiprocessing.get_context("fork"); spawn = multiprocessing.get_context("spawn")
# %%
with ThreadPoolExecutor(1) as threads: first = threads.submit(abs, -1)
with ProcessPoolExecutor(1, mp_context=context) as processes: second = processes.submit(abs, -2).result()
# %%
with multiprocessing.Pool(1) as pool: third = pool.apply(abs, [-3])
# %%
def refuses(executor):
    try: executor.submit(abs, -1)
    except RuntimeError as error: return str(error)
# %% holds
context is multiprocessing.get_context("fork") and processes._mp_context is context and spawn is multiprocessing.get_context("spawn")
first.result() == 1 and second == 2 and third == 3
refuses(threads) == refuses(processes) == "cannot schedule new futures after shutdown"
