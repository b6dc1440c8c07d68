"""The global generator of numpy by what it was seeded from: a number of 128 bits says as much as the 624 words of its state.

numpy seeds it when it is imported, and the generator keeps that number (`SeedSequence.entropy`). From it follow the words at first, and
after each 624 words drawn: they are the same mixed once more, which `random.Random` does alike. A state that does not lie within the
first turns, or comes from a seed of the user's, is told by its words.
"""
import random
import sys

_TURNS = 16  # as often the words are mixed here in search of a state: 20 us each, once for each seed
_WORDS = 624


class Entropies:
    def __init__(self):
        self._places = {}  # bytes of the words -> (entropy, turns)
        self._known = set()

    def place(self, generator, words):
        """(entropy, turns) from which these words of the RandomState follow, or None."""
        entropy = entropy_of(generator)
        if entropy is not None:
            self.learn(entropy)
        return self._places.get(words.tobytes())

    def words(self, entropy, turns):
        """The array of words at a place; the seed counts as known from then on, for states that follow from this one."""
        self.learn(entropy)
        for words, place in self._places.items():
            if place == (entropy, turns):
                return _array(words)
        raise ValueError(f"no state of numpy.random after {turns} turns")

    def learn(self, entropy):
        if entropy in self._known:
            return
        self._known.add(entropy)
        numpy = sys.modules["numpy"]
        words = numpy.random.MT19937(numpy.random.SeedSequence(entropy)).state["state"]["key"]
        mixer = random.Random()
        mixer.setstate((3, (*words.tolist(), _WORDS), None))
        for turns in range(_TURNS + 1):
            self._places.setdefault(numpy.array(mixer.getstate()[1][:_WORDS], "<u4").tobytes(), (entropy, turns))
            mixer.getrandbits(32 * _WORDS)


def _array(words: bytes):
    return sys.modules["numpy"].frombuffer(words, "<u4").astype("uint32")


def entropy_of(generator):
    """The number that a RandomState was seeded from, if that says all: it is None after `seed()`, and users may give others."""
    seeds = getattr(getattr(generator, "_bit_generator", None), "seed_seq", None)
    if type(seeds) is not sys.modules["numpy"].random.SeedSequence or type(generator._bit_generator) is not sys.modules["numpy"].random.MT19937:
        return None
    plain = type(seeds.entropy) is int and not seeds.spawn_key and seeds.pool_size == 4
    return seeds.entropy if plain else None
