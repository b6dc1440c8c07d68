# name: contexts-left-open
# description: exit stacks with callbacks, context variables, redirected output that was put back
# %%
import contextlib, contextvars, io
done = []
stack = contextlib.ExitStack(); stack.callback(done.append, "cb")
var = contextvars.ContextVar("var", default="d"); token_holder = []
@contextlib.contextmanager
def tag(name):
    done.append("+" + name); yield name; done.append("-" + name)
# %%
var.set("set"); out = io.StringIO()
with contextlib.redirect_stdout(out): print("into")
with tag("t") as t: pass
# %%
null = contextlib.nullcontext(5); sup = contextlib.suppress(KeyError)
with sup: {}["x"]
# %% holds
out.getvalue() == "into\n" and done[:2] == ["+t", "-t"] and t == "t" and var.get() == "set"
stack.pop_all is not None and null.enter_result == 5
