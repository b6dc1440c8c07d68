"""An image is also taken of what could be made again, where that takes longer; it is no promise, and cells run again without it."""
from tests.image.conftest import ok
from tests.image.test_refusals import flip

# What an image is thought to cost, however busy the machine: so a cell of 0.3 seconds is a long one.
CHEAP = "import kernelferry._ferry, kernelferry.session.images as images; images.LEAST = 0.02; kernelferry._ferry.image_memory = lambda: 1000"
SLOW = "import time; time.sleep(0.3)\nnumbers = (n for n in range(10)); next(numbers)"


def test_what_takes_long_to_make_again_comes_in_an_image_and_without_it_is_made_again(desk):
    kernel = desk.open()
    ok(kernel, "numbers = (n for n in range(10)); next(numbers)")
    quick = kernel.magic("%migrate --plan")
    assert quick["variables"]["numbers"]["way"] == "replayed" and quick["variables"]["numbers"]["alternative"]["way"] == "image"
    assert kernel.magic("%checkpoint")["image"] is None
    ok(kernel, CHEAP)
    ok(kernel, SLOW)
    ok(kernel, "kept = [1, 2]; next(numbers)")
    plan = kernel.magic("%migrate --plan")
    entry = plan["variables"]["numbers"]
    assert (entry["way"], entry["code"], entry["alternative"]["way"]) == ("image", "image-cheaper", "replayed"), entry
    assert entry["alternative"]["seconds"] >= 0.3 > entry["seconds"] and "a system image takes about" in entry["reason"]
    assert plan["variables"]["kept"]["way"] == "stored"
    assert plan["totals"]["bytes"] > 1000 and plan["totals"]["restore_s"] == 0.02
    saved = kernel.magic("%checkpoint")
    assert saved["image"]["bytes"] > 1e7 and saved["variables"]["numbers"]["way"] == "image"
    desk.close(kernel)

    kernel = desk.open()
    assert ok(kernel, "next(numbers)").outputs[-1][1] == "2"
    assert kernel.magic("%session report")["report"]["variables"]["numbers"]["way"] == "image"
    desk.close(kernel)
    for image in desk.images():
        flip(desk.session / image)
    kernel = desk.open()
    assert ok(kernel, "next(numbers), kept").outputs[-1][1] == "(3, [1, 2])", "three cells were run again"
    report = kernel.magic("%session report")["report"]
    assert {name: entry["way"] for name, entry in report["variables"].items()} == {"numbers": "replayed", "kept": "stored", "time": "stored", "images": "stored", "kernelferry": "stored"}


def test_without_criu_the_plan_runs_the_cells_again(desk):
    kernel = desk.open(FERRY_CRIU="off")
    ok(kernel, SLOW)
    entry = kernel.magic("%checkpoint")["variables"]["numbers"]
    assert (entry["way"], entry["code"], entry["alternative"]) == ("replayed", "unpicklable", None)
