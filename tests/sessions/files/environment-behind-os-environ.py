# name: environment-behind-os-environ
# description: what os.putenv and os.unsetenv change is seen by programs alone
# %%
import os, subprocess
def asked(name):
    return subprocess.run(["sh", "-c", f"echo ${name}"], capture_output=True, text=True).stdout.strip()
os.environ["SEEN_BY_ALL"] = "here"
# %%
os.putenv("ONLY_PROGRAMS", "set"); os.putenv("SEEN_BY_ALL", "another")
os.environ["NO_PROGRAM"] = "kept"; os.unsetenv("NO_PROGRAM")
# %% holds
"ONLY_PROGRAMS" not in os.environ and os.environ["SEEN_BY_ALL"] == "here" and os.environ["NO_PROGRAM"] == "kept"
# %% holds after 2
(asked("ONLY_PROGRAMS"), asked("SEEN_BY_ALL"), asked("NO_PROGRAM")) == ("set", "another", "")
