"""Moves between hosts that have networks of their own, where the machine allows it."""

import warnings
from pathlib import Path

import pytest

from tests.migrate import namespaces, sshd


def test_hosts_with_networks_of_their_own():
    if reason := sshd.missing() or namespaces.missing():
        warnings.warn(f"moves between hosts are tested on the loopback only: {reason}")
        pytest.skip(reason)
    said = namespaces.run_apart(Path(__file__).with_name("two_hosts.py"))
    assert not said, said
