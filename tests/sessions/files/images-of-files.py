# name: images-of-files
# description: images that were read from files know what stood there, beside their pixels
# lost: anim (of its frames only the one that is shown comes back)
# %%
from PIL import Image, PngImagePlugin
texts = PngImagePlugin.PngInfo(); texts.add_text("title", "grey"); base = Image.new("L", (5, 4), 9)
base.save("a.png", pnginfo=texts); base.save("b.jpg"); base.save("c.tiff"); base.save("d.bmp"); base.convert("P").save("e.gif", save_all=True, append_images=[Image.new("P", (5, 4), 3)])
# %%
png = Image.open("a.png"); jpg = Image.open("b.jpg"); tiff = Image.open("c.tiff"); bmp = Image.open("d.bmp"); anim = Image.open("e.gif"); png.note = "mine"
# %%
png.load(); jpg.load(); png.putpixel((0, 0), 1); size = [each.size for each in (png, jpg, tiff, bmp)]
# %%
told = [png.text, png.n_frames, png.is_animated, png.get_format_mimetype(), sorted(jpg.quantization), jpg.app["APP0"][:4], tiff.tag_v2[256], tiff.n_frames, bmp.get_format_mimetype()]
# %% holds
told == [{"title": "grey"}, 1, False, "image/png", [0], b"JFIF", 5, 1, "image/bmp"]
png.text == {"title": "grey"} and png.getpixel((0, 0)) == 1 and png.format == "PNG" and png.note == "mine" and anim.size == (5, 4) and tiff.tag_v2[257] == 4
