"""Which containers of libraries cells may have filled, by what their text says."""
import keyword
import types

import pytest
from kernelferry import _ferry
from kernelferry.capsule import filled, spoken


def test_names_in_cells_are_looked_up_in_parts_that_give_way_to_a_request(monkeypatch):
    said, asked = spoken.Spoken(), []
    said.look(["\n".join(f"keyword.name{number}" for number in range(3 * filled.STRIDE))])

    def give_way():
        if len(asked) == 2:
            raise _ferry.Stopped
        asked.append(1)

    monkeypatch.setattr(filled, "give_way", give_way)
    with pytest.raises(_ferry.Stopped):
        filled.places(types.SimpleNamespace(namespace={"keyword": keyword}), said, _ferry.RegistryWatch({}))
