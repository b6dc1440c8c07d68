"""scikit-learn's Bunch: a dict with attributes of its own, whose `__setstate__` drops them."""
from kernelferry.codec import instances

ADAPTERS = {"sklearn.utils._bunch.Bunch": instances.reduce_instance}
