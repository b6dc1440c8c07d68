# name: switches-that-nothing-sets-back
# description: the policy of event loops, a function that watches calls, descriptors of files: they are named
# lost: switches (nothing sets these again)
# %%
import asyncio, os, sys
class Policy(asyncio.DefaultEventLoopPolicy): pass
calls = 0
def watch(frame, event, argument):
    global calls
    if frame.f_code.co_name == "watched": calls += 1
def watched(): return 1
# %%
asyncio.set_event_loop_policy(Policy())
# %%
sys.setprofile(watch)
# %%
watched(); reading, writing = os.pipe()
# %% holds
calls == 2
type(asyncio.get_event_loop_policy()) is Policy
os.write(writing, b"x") and os.read(reading, 1) == b"x"
