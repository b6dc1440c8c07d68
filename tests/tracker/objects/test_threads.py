"""A look may be torn by other threads, and is then taken again; it never touches what they took away."""
import pathlib
import subprocess
import sys


def test_threads_that_take_away_what_is_looked_at():
    program = pathlib.Path(__file__).with_name("stirred.py")
    done = subprocess.run([sys.executable, program, "100"], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr
