# name: printers-made-by-a-call
# description: what sympy.init_printing() hangs on IPython, with its settings, called anew with others
# %%
from sympy import Integral, init_printing, symbols
x = symbols("x")
# %%
init_printing(use_latex="mathjax", use_unicode=False)
# %%
Integral(x ** 2, x)
# %%
init_printing(use_latex="mathjax", use_unicode=True, order="rev-lex")
def latex(value):
    return get_ipython().display_formatter.formatters["text/latex"](value)
# %%
print(latex(x + x ** 2), latex([x]), latex({1: x}), latex(object()))
Integral(x ** 2 + x, x)
# %% holds
latex(x + x ** 2).strip("$") == "\\displaystyle x + x^{2}"
latex([x]) and latex(object()) is None
