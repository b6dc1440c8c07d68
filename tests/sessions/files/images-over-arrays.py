# name: images-over-arrays
# description: images of PIL that look into an array or a bytearray, which writes to it are seen in, and what no longer looks
# %%
import numpy as np
from PIL import Image
grey = np.arange(24, dtype=np.uint8).reshape(4, 6); wide = np.arange(60, dtype=np.uint8).reshape(3, 5, 4); deep = np.arange(12, dtype=np.uint16).reshape(3, 4)
raw = bytearray(range(40)); box = {"grey": grey}
# %%
im = Image.fromarray(grey); part = Image.fromarray(grey[1:3]); rgba = Image.fromarray(wide); sixteen = Image.fromarray(deep); im.info["dpi"] = 72; im.note = "own"
over = Image.frombuffer("L", (4, 3), raw, "raw", "L", 8, 1); up = Image.frombuffer("L", (4, 3), raw, "raw", "L", 8, -1); alone = Image.fromarray(grey.copy())
cut = Image.fromarray(grey); cut.putpixel((0, 0), 9); pal = Image.frombuffer("P", (4, 3), raw, "raw", "P", 0, 1); pal.putpalette(range(30)); plain = Image.fromarray(wide[:, :, :3].copy())
# %%
same = im; turned = im.rotate(90)
# %%
grey[0, 0] = 200; box["grey"][1, 1] = 201; wide[0, 0] = 7; deep[1, 1] = 4000; raw[0] = 99; raw[8] = 98
# %%
im2 = im.copy(); grey[3, 3] = 202; im.putpixel((5, 0), 77)
grey[0, 5] = 1
# %% holds
same is im and im.getpixel((0, 0)) == grey[0, 0] or im.getpixel((5, 0)) == 77
part.getpixel((1, 0)) == grey[1, 1] and part.readonly == 1 and im.info == {"dpi": 72} and im.note == "own"
rgba.getpixel((0, 0)) == tuple(wide[0, 0]) and sixteen.getpixel((1, 1)) == deep[1, 1]
over.getpixel((0, 0)) == raw[0] and over.getpixel((0, 1)) == raw[8] and up.getpixel((0, 2)) == raw[0] and up.getpixel((0, 1)) == raw[8]
cut.getpixel((0, 0)) == 9 and alone.getpixel((1, 1)) == 7 and alone.readonly == 1 and cut.readonly == 0
pal.getpixel((0, 0)) in (raw[0], 0) and pal.getpalette()[:3] == [0, 1, 2] and plain.readonly == 0
