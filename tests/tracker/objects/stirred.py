"""Looks at variables that two threads change all the time. Prints "whole" if the process outlives it; see test_threads.py."""
import argparse
import collections
import email.message
import http.cookies
import random
import sys
import threading

from kernelferry import _ferry


class Box:
    def __init__(self):
        self.parts = make()

    def __hash__(self):
        return id(self) >> 4


def make():
    """Objects whose reductions run Python code, during which other threads run."""
    return [collections.OrderedDict(a=[1]), collections.Counter("ab"), random.Random(1), http.cookies.SimpleCookie({"a": "b"}),
            argparse.Namespace(x=[2]), email.message.Message(), collections.UserDict({"k": [1]}), collections.UserList([[1]])]


def main(looks):
    variables = {"__name__": "__main__", "boxes": {Box() for _ in range(20)}, "table": {i: make() for i in range(20)}}
    over = threading.Event()

    def stir():
        while not over.is_set():
            variables["boxes"].pop()
            variables["boxes"].add(Box())
            for box in list(variables["boxes"]):
                box.parts = make()
            for i in range(20):
                variables["table"][i] = make()

    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=stir, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(looks):
        _ferry.Walker(variables).look(["boxes", "table"])  # a new one each time: no type is known yet
    over.set()
    for thread in threads:
        thread.join()
    print("whole")


if __name__ == "__main__":
    main(int(sys.argv[1]))
