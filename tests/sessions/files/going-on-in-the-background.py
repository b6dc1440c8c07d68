# name: going-on-in-the-background
# description: threads, tasks and timers that no variable holds are named, since none of them comes back; so is what libraries hide
# lost: switches (they go on)
# %%
import asyncio, joblib, signal, threading, time, urllib.request
async def tick():
    while True: await asyncio.sleep(0.05)
# %%
threading.Thread(target=lambda: time.sleep(3600), daemon=True, name="unnamed").start()
asyncio.get_event_loop().create_task(tick()).add_done_callback(print); asyncio.get_event_loop().call_later(3600, lambda: None)
signal.setitimer(signal.ITIMER_VIRTUAL, 3600)
urllib.request.install_opener(urllib.request.build_opener()); joblib.parallel_config(n_jobs=2); None
# %%
x = 1
# %% holds
x == 1
