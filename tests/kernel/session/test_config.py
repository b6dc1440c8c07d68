import json

import pytest

from kernelferry.session import config


def test_flag_environment_file_default_in_that_order(tmp_path):
    (tmp_path / "jupyter_ferry_config.json").write_text(json.dumps({"save": "manual", "quota": "2G"}))
    environ = {"JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_DATA_DIR": str(tmp_path / "data"), "FERRY_QUOTA": "512M"}
    found = config.load(environ)
    assert found.save == "manual"
    assert found.quota == 512 * 2**20
    assert found.resume == "auto"
    assert found.home == tmp_path / "data" / "ferry"


def test_an_unknown_key_is_an_error_that_lists_the_known_ones(tmp_path):
    (tmp_path / "jupyter_ferry_config.json").write_text('{"qouta": "1G"}')
    with pytest.raises(config.ConfigError, match="unknown qouta; known are .*quota"):
        config.load({"JUPYTER_CONFIG_DIR": str(tmp_path)})


@pytest.mark.parametrize("environ, said", [
    ({"FERRY_RESUME": "yes"}, "FERRY_RESUME: resume is 'yes'; use one of auto, ask, never"),
    ({"FERRY_QUOTA": "lots"}, "FERRY_QUOTA: 'lots' is not a size"),
])
def test_a_value_that_cannot_be_used_names_its_place(tmp_path, environ, said):
    with pytest.raises(config.ConfigError) as error:
        config.load({"JUPYTER_CONFIG_DIR": str(tmp_path), **environ})
    assert said in str(error.value)


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "jupyter_ferry_config.json").write_text("{")
    with pytest.raises(config.ConfigError, match="jupyter_ferry_config.json"):
        config.load({"JUPYTER_CONFIG_DIR": str(tmp_path)})
