# name: widgets-of-libraries
# description: widgets whose classes traitlets makes anew for each (add_traits), traits of libraries that a class inherits, plotly's widget with its callbacks
# %%
import anywidget, ipywidgets, traitlets
import plotly.graph_objects as go
# %%
class Counter(anywidget.AnyWidget):
    _esm = "export default {render() {}}"
    value = traitlets.Int(0).tag(sync=True)
    seen = traitlets.List()
    @traitlets.observe("value")
    def _see(self, change):
        self.seen = [*self.seen, change.new]
class Twice(Counter):
    other = traitlets.Unicode("o").tag(sync=True)
counter, twice = Counter(value=2), Twice(value=3, other="p"); trait = Counter.value
# %%
clicked = []
figure = go.FigureWidget([go.Scatter(y=[1, 2], name="a"), go.Bar(y=[3])], layout={"title": {"text": "t"}})
line = figure.data[0]; line.on_click(lambda trace, points, state: clicked.append(trace.name)); line.name = "b"
# %%
slider = ipywidgets.IntSlider(value=3); slider.observe(lambda change: setattr(counter, "value", change.new), "value")
# %%
slider.value = 7; line.y = [5, 6]; figure.layout.title.text = "u"; figure.add_scatter(y=[9]); twice.value = 8
# %% holds
figure.data[0] is line and tuple(line.y) == (5, 6) and figure.layout.title.text == "u" and len(figure.data) == 3
line.figure is figure and len(line._click_callbacks) == 1 and tuple(figure._data[0]["y"]) == (5, 6) and figure._data[0]["name"] == "b"
counter.value == 7 and counter.seen == [2, 7] and twice.seen == [3, 8]
trait is Counter.value and Counter.class_trait_names(sync=True) + ["other"] == sorted(Twice.class_trait_names(sync=True), key="other".__eq__)
isinstance(twice, Counter) and type(twice).__mro__[1] is Twice and Twice.layout is ipywidgets.DOMWidget.layout
