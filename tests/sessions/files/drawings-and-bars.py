# name: drawings-and-bars
# description: plotly figures with their template, PIL's pen on an image, progress bars that are kept, tqdm's methods of pandas
# %%
import plotly.express as px, plotly.graph_objects as go, pandas as pd, numpy as np
from PIL import Image, ImageDraw
from tqdm.auto import tqdm
fig = go.Figure(go.Scatter(y=[1, 2])); text = fig.to_json(); shown = px.imshow(np.eye(4), binary_string=True); first = shown.to_json()
im = Image.new("RGB", (8, 8), "red"); pen = ImageDraw.Draw(im); pen.fontmode = "1"; pen.point((1, 1), "blue")
# %%
fig.update_layout(title="t", template="plotly_dark"); fig.add_bar(y=[3])
pen.point((2, 2), "white"); im.save("drawn.png")
bar = tqdm(total=10); bar.update(4); tqdm.pandas()
text = fig.to_json()
# %%
pen.point((3, 3), "white"); bar.update(1); out = pd.Series([1, 2]).progress_apply(lambda x: x + 1).tolist()
# %% holds
shown.to_json() == first
fig.to_json() == text and list(fig.to_dict()["layout"]) == list(__import__("json").loads(text)["layout"])
[im.getpixel((i, i)) for i in range(4)] == [(255, 0, 0), (0, 0, 255), (255, 255, 255), (255, 255, 255)] and pen._image is im
bar.n == 5 and pen.fontmode == "1"
hasattr(pd.Series, "progress_apply")
