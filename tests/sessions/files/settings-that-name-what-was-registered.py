# name: settings-that-name-what-was-registered
# description: a default of plotly that names a template of a cell
# %%
import plotly.io as pio, plotly.graph_objects as go, plotly.express as px
# %%
pio.templates["mine"] = go.layout.Template(layout=dict(font=dict(size=17)))
pio.templates.default = "plotly_white+mine"
px.defaults.width = 333
# %%
f = go.Figure(layout=dict(title="t"))
# %% holds
pio.templates.default == "plotly_white+mine"
pio.templates["mine"].layout.font.size == 17
px.defaults.width == 333
f.layout.template.layout.font.size == 17
