"""matplotlib figures: decoding must not open a window. Which figures pyplot knows, and by which number, is an item of
process state."""


def reduce_figure(encoding, figure):
    function, arguments, state, *rest = figure.__reduce_ex__(5)
    if isinstance(state, dict):
        state = {name: value for name, value in state.items() if name != "_restore_to_pylab"}
    return function, arguments, state, *rest


ADAPTERS = {"matplotlib.figure.Figure": reduce_figure}
