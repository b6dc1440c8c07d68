# name: shell-hooks
# description: what a user hangs on the shell: formatters, transformers, aliases, macros, event hooks
# nondeterministic: log
# %%
import ast
ip = get_ipython(); log = []
class Swap(ast.NodeTransformer):
    def visit_Constant(self, node): return ast.Constant(42) if node.value == 41 else node
# %%
ip.ast_transformers.append(Swap())
def show(obj, p, cycle): p.text(f"<{obj.__class__.__name__}>")
class Thing: pass
ip.display_formatter.formatters["text/plain"].for_type(Thing, show)
# %%
def after(result): log.append(1)
ip.events.register("post_run_cell", after)
ip.input_transformers_cleanup.append(show_lines := (lambda lines: [line.replace("¤", "+") for line in lines]))
# %%
x = 41
Thing()
# %%
y = 1 ¤ 1
# %% holds
x == 42
y == 2
