"""The folder of a notebook holds files with the names of standard modules: they take nobody's place, as in ipykernel, and the
user's own modules are found all the same."""

TAKEN = ("code", "hashlib", "html", "random", "sysconfig")


def test_modules_beside_the_notebook_never_replace_the_standard_library(notebook):
    for name in TAKEN:
        (notebook.folder / f"{name}.py").write_text("raise SystemExit('not the standard module')\n")
    (notebook.folder / "mine.py").write_text("box = [7]\n")
    kernel = notebook.open()
    assert kernel.run(f"import {', '.join(TAKEN)}, mine\nmine.box, random.__file__.endswith('3.11/random.py')").text == "[execute_result] ([7], True)\n"
    kernel.run("mine.box.append(8); kept = mine.box")
    assert kernel.magic("%checkpoint")["ok"] and "text/html" in kernel.run("%session").bundles[0]
    kernel.kill()
    again = notebook.open()
    assert again.run("kept, kept is mine.box").outputs[-1] == ("execute_result", "([7, 8], True)")


def test_what_a_module_says_while_it_is_imported_is_not_said_again(notebook):
    (notebook.folder / "loud.py").write_text("import sys, warnings\nbox = [7]\nwrite = sys.stdout.write\nprint('loud', len(box))\nprint('hm', file=sys.stderr)\nwarnings.warn('old')\n")
    kernel = notebook.open()
    text = kernel.run("import loud\nfrom tqdm.auto import tqdm", "cell-0").text  # tqdm.auto hides the warning of the module that it imports
    assert "loud 1" in text and "UserWarning: old" in text and "Tqdm" not in text
    kernel.suspend()
    notebook.path.unlink()  # the session comes back within the first cell, which tells whose it is
    again = notebook.open().run("print('mine'); _ = loud.write('by loud'); loud.box", "cell-0")
    assert [text for kind, text in again.outputs if kind != "display_data"] == ["mine\nby loud", "[7]"]
