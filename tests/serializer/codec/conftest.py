"""What the tests of this folder share."""
import json

import pytest

from tests.serializer.codec.cases import run


@pytest.fixture(scope="module")
def there_and_back(request, tmp_path_factory):
    """case id -> (what failed while encoding, what failed while decoding), for the module's CASES."""
    folder = tmp_path_factory.mktemp("blobs")
    cases = folder / "cases.json"
    cases.write_text(json.dumps(request.module.CASES))
    written = run("write", str(cases), str(folder))
    again = run("read", str(cases), str(folder))
    return {name: (written[name], again[name]) for name in written}
