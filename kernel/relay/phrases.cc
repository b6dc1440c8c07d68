#include "kernel/relay/phrases.h"

#include <initializer_list>
#include <sstream>

namespace ferry::relay {
namespace {

using namespace std::string_view_literals;

// How names of the files of cells begin (kernel/engine/cell_file.cc), which stand in blobs of code; where TMPDIR says nothing else.
constexpr const char* kCells = "/tmp/ipykernel_ferry_";

// As pickles hold a word that is met for the first time.
void AddPickled(std::string& to, std::initializer_list<std::string_view> words) {
  for (std::string_view word : words) to.append("\x8c").append(1, static_cast<char>(word.size())).append(word).append("\x94");
}

// As records hold a text.
void AddCounted(std::string& to, std::initializer_list<std::string_view> texts) {
  for (std::string_view text : texts) to.append(1, static_cast<char>(text.size())).append(7, '\0').append(text);
}

void AddModules(std::string& to, const char* imported) {
  std::istringstream names(imported);
  std::string package;
  for (std::string name; names >> name;) {
    if (name[0] != '.') package = name.substr(0, name.find('.'));
    AddPickled(to, {name[0] == '.' ? package + name : name});
  }
}

std::string Made() {
  std::string all;
  AddModules(all, kImportedBySklearn);  // what is far from the end takes more to be referred to
  AddModules(all, kImported);
  // modules of libraries, and what comes with them
  AddPickled(all, {"_id", "_metadata", "attrs", "_flags", "allows_duplicate_labels", "freq", "_freq", "_data", "_mgr", "_name", "name", "index", "columns",
                   "pandas._libs.internals", "_unpickle_block", "pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", "pandas.arrays", "DataFrame", "Series",
                   "Index", "RangeIndex", "BlockManager", "SingleBlockManager", "BlockValuesRefs", "pandas.core.internals.managers", "pandas.core.indexes.base",
                   "make_index", "set_index", "make_block", "kernelferry.codec.adapters_pandas", "pandas.core.dtypes.cast", "_dtype_obj", "StringDtype", "python",
                   "sklearn", "_sklearn_version", "scipy.sparse", "matplotlib.pyplot", "dateutil", "pytz", "decimal", "pandas"});
  AddPickled(all, {"numpy._core", "numpy._core.numeric", "numpy._core.umath", "numpy._core.records", "numpy.lib", "numpy.lib.npyio", "numpy.lib.format",
                   "numpy.linalg", "numpy.ma.core", "numpy.random.mtrand", "numpy.random._generator", "numpy.random._pcg64", "numpy.random._mt19937",
                   "numpy.random", "numpy.dtypes", "numpy.exceptions", "numpy.typing", "numpy.version", "numpy._globals", "bit_generator", "MT19937",
                   "state", "key", "pos", "has_gauss", "gauss", "PCG64", "dtype", "_frombuffer", "scalar", "view_array", "set_array",
                   "kernelferry.codec.adapters_numpy", "numpy._core.multiarray", "_reconstruct", "numpy", "ndarray", "numpy.dtype size changed",
                   "numpy.ndarray size changed", "numpy.ufunc size changed", "RankWarning", "ProvisionalCompleterWarning", "IPython.core.completer"});
  AddPickled(all, {"ignore", "always", "default", "error", "_compile", "PendingDeprecationWarning", "ResourceWarning", "ImportWarning", "DeprecationWarning",
                   "Warning", "re", "environ", "accessors", "reducers", "held", "gone", "class_attributes", "class_members", "set", "sources", "versions",
                   "imports", "packed", "lost", "last", "together", "_", "__", "___", "gc", "limits", "exit", "quit", "raw", "cells"});
  // classes that Python's own library makes
  AddPickled(all, {"_fields", "_field_defaults", "_tuple_new", "_cls", "__builtins__", "set_wrapped", "_make", "TypeError", "iterable", "result", "_len",
                   "num_fields", "tuple_new", "_replace", "pop", "ValueError", "kwds", "_map", "field_names", "repr_fmt", "_asdict", "_dict", "_zip",
                   "__getnewargs__", "_tuple", "__match_args__", "_collections", "typing", "NamedTuple", "__orig_bases__", "namedtuple_",
                   "namedtuple.<locals>._make", "namedtuple.<locals>._replace", "namedtuple.<locals>.__repr__", "namedtuple.<locals>._asdict",
                   "namedtuple.<locals>.__getnewargs__", "/usr/lib/python3.11/collections/__init__.py", "find_part", "__new__", "make_named_tuple",
                   "set_named_tuple", "kernelferry.codec.named_tuples"});
  AddPickled(all, {"EnumType", "Enum", "IntEnum", "Flag", "auto", "_generate_next_value_", "_new_member_", "_use_args_", "_member_names_", "_member_map_",
                   "make_instance", "set_instance", "_value_", "_name_", "__objclass__", "_sort_order_", "_value2member_map_", "_unhashable_values_",
                   "_member_type_", "_value_repr_", "_boundary_", "CONFORM", "_flag_mask_", "_all_bits_", "_inverted_", "__or__", "__and__", "__xor__",
                   "__ror__", "__rand__", "__rxor__", "__invert__", "__format__", "__new__", "kernelferry.codec.instances", "Enum._generate_next_value_",
                   "Enum.__new__", "Flag.__or__", "Flag.__and__", "Flag.__xor__", "Flag.__invert__"});
  // code of the session
  AddPickled(all, {"log", "order", "super", "classmethod", "staticmethod", "property", "set_wrapped", "functools", "partial", "collections", "OrderedDict",
                   "defaultdict", "deque", "namedtuple", "enum", "dataclasses", "dataclass", "field", "datetime", "math", "itertools", "weakref", "list", "dict",
                   "tuple", "str", "float", "int", "len", "range", "print", "sorted", "value", "values", "items", "append", "other", "cls", "self", "__eq__",
                   "__hash__", "__repr__", "__slots__", "__name__", "__qualname__", "__annotations__", "__class__", "__init__", "<lambda>", "<listcomp>",
                   "<string>", "return", "CellType", "set_cell", "made", "builtins", "__main__", "set_class", "__module__", "make_class", "held_by", "getattr",
                   "import_module", "types", "CodeType", "set_function", "make_function", "__doc__", "__slotnames__", "__dict__", "__weakref__", "object", "type",
                   "importlib", "namespace", "kernelferry.codec.library", "kernelferry.codec.functions", "kernelferry.codec.classes"});
  all += "\x97\0|\0j\0\0\0\0\0\0\0\0\0\xa0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0|\x01\xa6\x01\0\0\xab\x01\0\0\0\0\0\0\0\0\x01\0d\0S\0\x94N"sv;
  // where Python looks for modules
  AddPickled(all, {".", "/usr/lib/python311.zip", "/usr/lib/python3.11", "/usr/lib/python3.11/lib-dynload", "", "/.venv/lib/python3.11/site-packages",
                   "/usr/local/lib/python3.11/dist-packages", "/usr/lib/python3/dist-packages", "sys.path"});
  // manifest and log
  AddCounted(all, {"builtins.tuple", "builtins.str", "builtins.float", "builtins.dict", "builtins.list", "builtins.int", "numpy.ndarray", "type", "function",
                   "module", "environ", "warnings", "numpy.random", "random", "state of the generator", "modules", "limits", "gc", "builtins", "exit, quit", "In",
                   "Out", "execution_count", "shell.names", "3.11.2", "IPython", "pandas", "numpy", "default", "shared"});
  AddCounted(all, {"file-read", "file-write", "file-remove", "network", "subprocess", "environ", "cwd", "input", "thread", "random", "clock", "memory", "module",
                   "sys", "pathlib", "Path", "sys.path"});
  all += " bytes, mtime 179, digest /tmp/";
  AddCounted(all, {"IPython", "9.18.1", "kernelferry", "0.1.0", "pygments", "2.21.0", "traitlets", "5.16.1", "cloudpickle", "3.1.3", "comm", "0.2.3", "append", "__main__.A", "x", "import numpy", "10 filters",
                   "OPENBLAS_MAIN_FREE", "Linux-"});
  all += "-x86_64-glibc-2.36";
  // an entry of a component in a manifest; a record of a cell
  all += "\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0x\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0x\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0stored\x04\0\0\0\0\0\0\0"
         "fits\0\0\0\0\0\0\0\0\x01"sv;
  all += "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0x\x0d\0\0\0\0\0\0\0numpy.ndarray\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0"sv;
  all += "\x01\x02\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0"sv;
  all += "import numpy as np\nimport pandas as pd\nfrom pathlib import Path\nimport sys; sys.path.insert(0, \"from collections import defaultdict\nget_ipython().run_line_magic('matplotlib', 'inline')\nprint(f\"";
  all += "\n    return self.x\ndef f(x):\nclass A:\n    def __init__(self, x):\n        self.x = x\nfor i in range(10):\n    x.append(i)\n";
  all += kCells;
  // heads
  all += "\x89" "FERRY\r\n\x01\0\x01\0\0\0\0\0\x89" "FERRY\r\n\x01\0\x03\0\0\0\0\0"sv;
  all += "\x94u\x86\x94s}\x94(h\x01\x8ch\x02K\x02]\x94(K\x01K\x00K\x01\x86\x94J\xff\xff\xff\xffQ\x93\x94J\xfe\xff\xff\xffQJ\xfd\xff\xff\xffQJ\xfc\xff\xff\xffQ\x85\x94R\x94"
         "J\xfb\xff\xff\xffQJ\xfa\xff\xff\xffQ\x93\x94J\xf9\xff\xff\xffQJ\xf8\xff\xff\xffQN\x87\x94R\x94J\xf7\xff\xff\xffQJ\xf6\xff\xff\xffQ\x86\x94J\xf5\xff\xff\xffQ"
         "J\xf4\xff\xff\xffQJ\xf3\xff\xff\xffQ\x93\x94NNNNNt\x94\x86R0\x86\x94J\xf2\xff\xff\xffQN\x86\x94]\x94\x86\x94"sv;
  // a named tuple
  all += "FKCB\x04\0\x03\x0b`\0\0\0{\"names\": [\"\x94J\xff\xff\xff\xffQ\x93\x94h\x01\x8c\x01x\x94\x8c\x01y\x94\x86\x94\x8c\x08__main__\x94\x87\x94R\x94h\x02J\xfe\xff\xff\xffQ\x93\x94h\t(\x88N}\x94(h\x10"
         "J\xfd\xff\xff\xffQ\x8c\x03int\x94\x93\x94u}\x94(\x89NN}\x94sNNNt\x94\x86R0s}\x94(K\x01h\tK\x02h\x02J\xfd\xff\xff\xffQ\x93\x94h\tJ\xfc\xff\xff\xffQ\x88\x87\x94R\x94"sv;
  all += "\x89" "FERRY\r\n\x01\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
         "FKCB\x03\0\x03\x0b\x5e\0\0\0{\"names\": [\"x\", \"y\"], \"numbers\": 5, \"pickle\": 34, \"buffers\": [[64, 128, 0]], \"sources\": {\""sv;
  all += kCells;
  all += ".py\": \"\"}, \"numbers\": 5, \"pickle\": 34, \"buffers\": [], \"sources\": {}, \"uncovered\": false}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
         "\x80\x05]\x94.\x80\x05\x95\x17\0\0\0\0\0\0\0(}\x94s}\x94]\x94]\x94t\x94."sv;
  return all;
}

}  // namespace

const std::string& Phrases() {
  static const std::string phrases = Made();
  return phrases;
}

}  // namespace ferry::relay
