"""States of the generators of random numbers."""
import pickle
import random

import numpy
import pytest
from kernelferry import capsule
from kernelferry.capsule import generator


def test_what_is_drawn_after_a_state_was_set_is_drawn_again():
    numpy.random.seed(1)
    before = capsule.generators()
    drawn = random.random(), numpy.random.random()
    for name in ("random", "numpy.random"):
        capsule.set_generator(name, before[name])
    assert (random.random(), numpy.random.random()) == drawn
    with pytest.raises(KeyError):
        capsule.set_generator("dice", b"")


def test_states_of_random_are_packed_and_those_of_older_sessions_are_read():
    made = random.Random(5)
    made.gauss(0, 1)  # remembers a second number
    for state in (generator.state_of(made), pickle.dumps(made.getstate(), 5)):
        again = random.Random()
        generator.set_state(again, state)
        assert again.getstate() == made.getstate()
    assert len(generator.state_of(made)) < 2600 < len(pickle.dumps(made.getstate(), 5))
    capsule_state = generator.generators()["random"]
    drawn = random.random()
    generator.set_generator("random", pickle.dumps(generator.unpacked(capsule_state), 5))
    assert random.random() == drawn


def test_states_of_numpy_are_told_by_their_entropy():
    made = numpy.random.RandomState()
    numpy.random.seed(1)

    def there_and_back(told):
        state = numpy.random.get_state(legacy=False)
        data = generator.get_numpy()
        assert (len(data) < 300) == told
        numpy.random.seed(2)
        generator.set_numpy(data)
        again = numpy.random.get_state(legacy=False)
        assert (again["state"]["key"] == state["state"]["key"]).all() and again["state"]["key"].dtype == state["state"]["key"].dtype
        assert [again[key] for key in ("has_gauss", "gauss")] == [state[key] for key in ("has_gauss", "gauss")]
        assert again["state"]["pos"] == state["state"]["pos"]
        generator.set_numpy(pickle.dumps(state, 5))  # as older sessions have it
        assert (numpy.random.get_state(legacy=False)["state"]["key"] == state["state"]["key"]).all()

    there_and_back(False)  # the user's seed
    numpy.random.set_state(made.get_state())
    there_and_back(False)  # another generator's
    entropy = made._bit_generator.seed_seq.entropy
    generator.set_numpy(pickle.dumps({**numpy.random.get_state(legacy=False), "state": {"key": (entropy, 0), "pos": 623}}, 5))
    for drawn in (0, 1, 311, 313, 1, 4000):
        numpy.random.random_sample(drawn)
        numpy.random.randn(drawn % 2)
        there_and_back(True)
    numpy.random.random_sample(10_000)
    there_and_back(False)  # too far from the seed
