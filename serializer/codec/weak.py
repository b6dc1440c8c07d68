"""Weak references. They are kept where something else in the component, or another one, holds what they refer to;
the encoding checks that afterwards (Encoding._require_targets)."""
import weakref

from kernelferry._ferry import weak_target


def _target(encoding, reference, target):
    """The target to be written, or None in the pass that only looks what is held without it."""
    encoding.weak_targets.append((reference, target))
    return target if encoding.keep_weak else None


def reduce_reference(encoding, reference):
    target = weak_target(reference)
    if target is None or not encoding.keep_weak:
        if target is not None:
            _target(encoding, reference, target)
        return dead_reference, (reference.__callback__,)
    return weakref.ref, (_target(encoding, reference, target), reference.__callback__)


def reduce_proxy(encoding, proxy):
    target = weak_target(proxy)
    if target is None:
        return dead_proxy, (type(proxy) is weakref.CallableProxyType,)
    return weakref.proxy if encoding.keep_weak else _nothing, (_target(encoding, proxy, target),)


def _nothing(target):
    return None


class _Gone:
    pass


class _GoneFunction:
    def __call__(self):
        pass


def dead_reference(callback):
    return weakref.ref(_Gone())


def dead_proxy(is_callable):
    return weakref.proxy(_GoneFunction() if is_callable else _Gone())


def reduce_key_dict(encoding, mapping):
    items = [(_target(encoding, mapping, key), value) for key, value in list(mapping.items())]
    return make_dict, (type(mapping),), items, None, None, set_dict


def reduce_value_dict(encoding, mapping):
    items = [(key, _target(encoding, mapping, value)) for key, value in list(mapping.items())]
    return make_dict, (type(mapping),), items, None, None, set_dict


def reduce_set(encoding, members):
    return make_dict, (type(members),), [_target(encoding, members, member) for member in list(members)], None, None, set_set


def make_dict(cls):
    return cls()


def set_dict(mapping, items):
    for key, value in items:
        mapping[key] = value


def set_set(members, items):
    for member in items:
        members.add(member)


def reduce_finalizer(encoding, finalizer):
    """A dead one. What an alive one calls belongs to the class's registry, where nobody else holds it: it cannot be called twice."""
    if finalizer.alive:
        encoding.note("a finalizer is not registered any more: what it would call is not called")
    return dead_finalizer, ()


def dead_finalizer():
    return weakref.finalize.__new__(weakref.finalize)


KINDS = {
    weakref.ref: reduce_reference,
    weakref.ProxyType: reduce_proxy,
    weakref.CallableProxyType: reduce_proxy,
    weakref.WeakKeyDictionary: reduce_key_dict,
    weakref.WeakValueDictionary: reduce_value_dict,
    weakref.WeakSet: reduce_set,
    weakref.finalize: reduce_finalizer,
}
