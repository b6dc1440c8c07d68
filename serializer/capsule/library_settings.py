"""How settings that libraries keep inside objects of their own are asked for and set: a getter and a setter for each library."""
import copy
import csv
import os
import sys

from .kind import shown
from .pack import PLAIN


class OutOfReach(Exception):
    """What a library has put where nothing brings it back from, and what to do about it."""


def dialects(module):
    fields = ("delimiter", "quotechar", "escapechar", "doublequote", "skipinitialspace", "lineterminator", "quoting", "strict")
    known = {name: {field: getattr(module.get_dialect(name), field) for field in fields} for name in module.list_dialects()}
    return known, module.field_size_limit()


def set_dialects(module, value):
    for name, fields in value[0].items():
        module.register_dialect(name, csv.excel, **fields)
    for name in set(module.list_dialects()) - value[0].keys():
        module.unregister_dialect(name)
    module.field_size_limit(value[1])


_known_types = []


def types_of_files(module):
    """What was added: the table is made when somebody first asks for it."""
    if module._db is None:
        return {}
    if not _known_types:
        fresh = module.MimeTypes()
        for file in filter(os.path.isfile, module.knownfiles):
            fresh.read(file)
        _known_types.append(fresh.types_map)
    return {(strict, suffix): kind for strict, table in enumerate(module._db.types_map) for suffix, kind in table.items()
            if _known_types[0][strict].get(suffix) != kind}


def set_types_of_files(module, value):
    for (strict, suffix), kind in value.items():
        module.add_type(kind, suffix, bool(strict))


def set_level_names(module, value):
    for level, name in value.items():
        module.addLevelName(level, name)


def set_namespaces(module, value):
    module._namespace_map.clear()
    module._namespace_map.update(value)


def set_precision(module, value):
    module.mp.prec, module.mp.pretty, module.mp.trap_complex = value


def set_templates(module, value):
    module.templates.default, module.renderers.default = value


def set_altair(module, value):
    for registry, (active, options) in zip((module.renderers, module.data_transformers), value):
        registry.enable(active, **options)


def set_polars(module, value):
    module.Config.restore_defaults()
    module.Config.load(value)


def set_dask(module, value):
    module.config.clear()
    module.config.update(value)


def progress_of_pandas(_module):
    """Whether tqdm.pandas() was called, which puts methods on classes of pandas."""
    return hasattr(getattr(sys.modules.get("pandas"), "Series", None), "progress_apply")


def set_progress_of_pandas(_module, value):
    from tqdm.auto import tqdm
    if value:
        tqdm.pandas()


def is_nested(_module):
    return hasattr(sys.modules.get("asyncio"), "_nest_patched")


def set_nested(module, value):
    if value:
        module.apply()


def plain_of(config):
    return {name: value for name, value in list(config.items()) if type(value) in PLAIN}


def of_networkx(module):
    return nested(module.config, type(module.config).__mro__[-2])


def nested(config, kind):
    """What a configuration holds, and those in it."""
    found = {name: nested(value, kind) if isinstance(value, kind) else copy.copy(value) for name, value in config.items()}
    return {name: value for name, value in found.items() if type(value) in (*PLAIN, dict, list, set)}


def set_networkx(module, value):
    set_nested_config(module.config, value)


def set_nested_config(config, value):
    for name, each in value.items():
        if type(each) is dict:
            set_nested_config(getattr(config, name), each)
        elif getattr(config, name) != each:
            setattr(config, name, each)


def renderers(module):
    """Name -> fields of each object that shows figures of plotly."""
    return {name: {field: copy.copy(value) for field, value in vars(renderer).items() if type(value) in (*PLAIN, dict, list)}
            for name, renderer in module.renderers._renderers.items()}


def set_renderers(module, value):
    for name, fields in value.items():
        if name in module.renderers._renderers:
            vars(module.renderers._renderers[name]).update(fields)


DEFAULTS = ("rcParamsDefault", "rcParamsOrig")


def defaults_of_matplotlib(module):
    """Beside the settings themselves; which backend it is they are told when that changes."""
    return {each: {name: value for name, value in dict.items(getattr(module, each)) if not name.startswith("backend")} for each in DEFAULTS}


def set_defaults_of_matplotlib(module, value):
    for each in DEFAULTS:
        for name in [name for name, new in value[each].items() if dict.get(getattr(module, each), name) != new]:
            dict.__setitem__(getattr(module, each), name, value[each][name])


def set_extensions(module, value):
    """Codes of copyreg.add_extension."""
    for place, code in module._extension_registry.items() - value.items():
        module.remove_extension(*place, code)
    for place, code in value.items() - module._extension_registry.items():
        module.add_extension(*place, code)


def set_by_value(module, value):
    """Names of the modules whose functions cloudpickle writes as they are."""
    module._PICKLE_BY_VALUE_MODULES.clear()
    module._PICKLE_BY_VALUE_MODULES.update(value)


def set_masked(module, value):
    module.masked_print_option.set_display(value[0])
    module.masked_print_option.enable(value[1])


def set_printer_of_sympy(module, value):
    module.Printer._global_settings.clear()
    module.Printer._global_settings.update(value)


def set_of_sympy(module, value):
    for name, each in value.items():
        setattr(module.global_parameters, name, each)


def console(module):
    """Of rich: how its own console prints, which it makes when it is first asked for."""
    return plain_of(vars(module._console)) if module._console is not None else {}


def threads_of_numba(module):
    """Asking starts them."""
    pool = sys.modules.get("numba.np.ufunc.parallel")
    return module.get_num_threads() if getattr(pool, "_is_initialized", False) else module.config.NUMBA_NUM_THREADS


def set_bokeh(_module, _value):  # the page of the notebook may be another by now
    raise OutOfReach("call output_notebook() again, so that the page loads its scripts")


def tables_in_memory(module):
    """And views, of the connection that the library's own functions share; asked beside it, or a result that waits there would be lost."""
    shared = module.default_connection
    with (shared() if callable(shared) else shared).cursor() as connection:
        found = connection.execute(" union all ".join(f"select {kind}_name from duckdb_{kind}s() each join duckdb_databases() base using (database_oid) "
                                                      "where path is null and not base.internal and not each.internal" for kind in ("table", "view"))).fetchall()
    return sorted(name for (name,) in found)


def miss_tables(_module, value):
    raise OutOfReach(f"its own connection had tables in memory ({shown(value)}): make them again, or keep them in a file (duckdb.connect(...))")


def fonts(module):
    return [str(entry.fname) for entry in module.fontManager.ttflist]  # what findfont() gave is a text of a class of its own


def set_fonts(module, value):
    for file in [file for file in value if file not in fonts(module)]:
        module.fontManager.addfont(file)


def set_tracing(module, value):
    """What was traced until then is of that process alone."""
    if value:
        module.start(value)
    else:
        module.stop()


def of_torch(module):
    """With the state of its generator of random numbers. How tensors are printed is an object of its own."""
    generator = module.default_generator.get_state().numpy().tobytes()
    return {"dtype": str(module.get_default_dtype()).partition(".")[2], "generator": generator, "gradients": module.is_grad_enabled(),
            "deterministic": (module.are_deterministic_algorithms_enabled(), module.is_deterministic_algorithms_warn_only_enabled()),
            "anomaly": (module.is_anomaly_enabled(), module.is_anomaly_check_nan_enabled()), "threads": module.get_num_threads(),
            "printing": dict(vars(module._tensor_str.PRINT_OPTS))}


def set_torch(module, value):
    if type(value) is str:  # of a store from before the others were kept
        module.set_default_dtype(getattr(module, value))
        return
    module.set_default_dtype(getattr(module, value["dtype"]))
    module.default_generator.set_state(module.frombuffer(bytearray(value["generator"]), dtype=module.uint8))
    module.set_grad_enabled(value["gradients"])
    enabled, warns = value["deterministic"]
    module.use_deterministic_algorithms(enabled, warn_only=warns)
    enabled, checks = value["anomaly"]
    module.autograd.set_detect_anomaly(enabled, check_nan=checks)
    module.set_num_threads(value["threads"])
    vars(module._tensor_str.PRINT_OPTS).update(value["printing"])


def switch(module, value):
    if value:
        module.enable()
    else:
        module.disable()


# module -> (what it is now: a value that compares and pickles, or None while there is none; how it is made so)
SETTINGS = {
    "sklearn": (lambda module: module.get_config(), lambda module, value: module.set_config(**value)),
    "mpmath": (lambda module: (module.mp.prec, module.mp.pretty, module.mp.trap_complex), set_precision),
    "csv": (dialects, set_dialects),
    "mimetypes": (types_of_files, set_types_of_files),
    "logging": (lambda module: {level: name for level, name in module._levelToName.items()}, set_level_names),
    "xml.etree.ElementTree": (lambda module: dict(module._namespace_map), set_namespaces),
    "plotly.io": (lambda module: (module.templates.default, module.renderers.default), set_templates),
    "plotly.io._renderers": (renderers, set_renderers),
    "matplotlib": (defaults_of_matplotlib, set_defaults_of_matplotlib),
    "altair": (lambda module: [(each.active, dict(each.options)) for each in (module.renderers, module.data_transformers)], set_altair),
    "polars": (lambda module: module.Config.save(), set_polars),
    "dask.config": (lambda module: copy.deepcopy(module.config), set_dask),
    "tqdm": (progress_of_pandas, set_progress_of_pandas),
    "faulthandler": (lambda module: module.is_enabled(), switch),
    "calendar": (lambda module: module.firstweekday(), lambda module, value: module.setfirstweekday(value)),
    "multiprocessing": (lambda module: module.get_start_method(allow_none=True) or "",
                        lambda module, value: module.set_start_method(value or None, force=True)),
    "multiprocessing.process": (lambda module: module.current_process().name, lambda module, value: setattr(module.current_process(), "name", value)),
    "multiprocessing.forkserver": (lambda module: list(module._forkserver._preload_modules), lambda module, value: module.set_forkserver_preload(value)),
    "copyreg": (lambda module: dict(module._extension_registry), set_extensions),
    "cloudpickle.cloudpickle": (lambda module: set(module._PICKLE_BY_VALUE_MODULES), set_by_value),
    "networkx": (of_networkx, set_networkx),
    "numba": (threads_of_numba, lambda module, value: module.set_num_threads(value)),
    "numpy.ma": (lambda module: (module.masked_print_option.display(), module.masked_print_option.enabled()), set_masked),
    "numpy.polynomial": (lambda module: "unicode" if module.Polynomial._use_unicode else "ascii", lambda module, value: module.set_default_printstyle(value)),
    "pandas.plotting": (lambda module: dict(module.plot_params), lambda module, value: module.plot_params.update(value)),
    "rich": (console, lambda module, value: vars(module.get_console()).update(value)),
    "scipy.special": (lambda module: module.geterr(), lambda module, value: module.seterr(**value)),
    "sympy.core.parameters": (lambda module: dict(vars(module.global_parameters)), set_of_sympy),
    "sympy.printing.printer": (lambda module: dict(module.Printer._global_settings), set_printer_of_sympy),
    "sympy.polys.polyconfig": (lambda module: dict(module._current_config), lambda module, value: module._current_config.update(value)),
    "matplotlib.font_manager": (fonts, set_fonts),
    "tracemalloc": (lambda module: module.get_traceback_limit() if module.is_tracing() else 0, set_tracing),
    "zoneinfo": (lambda module: module.TZPATH, lambda module, value: module.reset_tzpath(value)),
    "nest_asyncio": (is_nested, set_nested),
    "nest_asyncio2": (is_nested, set_nested),
    "bokeh.io.state": (lambda module: module.curstate().notebook, set_bokeh),
    "duckdb": (tables_in_memory, miss_tables),
    "torch": (of_torch, set_torch),
}
