# name: pil-images
# description: images, changed in place, palettes and metadata
# %%
from PIL import Image, ImageDraw
im = Image.new("RGB", (6, 4), (10, 20, 30)); same = im; pal = im.convert("P", palette=Image.Palette.ADAPTIVE)
# %%
im.putpixel((1, 1), (255, 0, 0)); ImageDraw.Draw(im).line((0, 3, 5, 3), fill=(0, 255, 0)); im.info["note"] = "kept"
# %%
small = im.resize((3, 2)); crop = im.crop((0, 0, 2, 2))
# %% holds
same is im and im.getpixel((1, 1)) == (255, 0, 0) and im.getpixel((2, 3)) == (0, 255, 0) and im.info == {"note": "kept"}
small.size == (3, 2) and crop.getpixel((1, 1)) == (255, 0, 0) and pal.mode == "P"
