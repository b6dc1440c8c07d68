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
def seen(message): log.append(message["msg_type"]); return message
ip.display_pub.register_hook(seen); ip.mine = {"log": log}; ip.InteractiveTB.tb_offset = 3
%pdb on
%config IPCompleter.greedy = True
ip.display_formatter.ipython_display_formatter.for_type(Swap, lambda swap: print("swap"))
ip.display_formatter.mimebundle_formatter.for_type(Swap, lambda swap, include=None, exclude=None: {"text/plain": "swapped"})
# %%
x = 41
Thing()
# %%
y = 1 ¤ 1
# %% holds
x == 42
y == 2
ip.mine["log"] is log and ip.display_pub._hooks.functions == [seen] and ip.InteractiveTB.tb_offset == 3 and ip.call_pdb
ip.config.IPCompleter.greedy is True and ip.Completer.greedy is True
Swap in ip.display_formatter.ipython_display_formatter.type_printers
ip.display_formatter.mimebundle_formatter(Swap())[0] == {"text/plain": "swapped"}
