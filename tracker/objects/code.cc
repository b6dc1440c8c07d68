#include "tracker/objects/code.h"

#include <algorithm>

#include "tracker/objects/layout.h"
#include "tracker/objects/leaf.h"

namespace py = pybind11;

namespace ferry::objects {

const CodeInfo& CodeIndex::Of(PyObject* object) {
  auto it = infos_.find(object);
  if (it != infos_.end()) return it->second;
  auto* code = reinterpret_cast<PyCodeObject*>(object);
  CodeInfo info;
  Encoder e;
  e.Put(Tag::kCode);
  for (int number : {code->co_argcount, code->co_posonlyargcount, code->co_kwonlyargcount, code->co_flags,
                     code->co_nlocalsplus, code->co_nfreevars})
    e.Number(static_cast<std::uint64_t>(number));
  py::object bytecode = py::reinterpret_steal<py::object>(PlainBytecode(object));
  for (PyObject* part : {bytecode.ptr(), code->co_exceptiontable, code->co_localsplusnames, code->co_localspluskinds,
                         code->co_name, code->co_qualname, code->co_names})
    EncodeConstant(e, part, nullptr);
  EncodeConstant(e, code->co_consts, &info);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_names); ++i) Mention(PyTuple_GET_ITEM(code->co_names, i), &info);
  std::sort(info.mentions.begin(), info.mentions.end());
  info.mentions.erase(std::unique(info.mentions.begin(), info.mentions.end()), info.mentions.end());
  info.digest = e.Finish();
  return infos_.emplace(object, std::move(info)).first->second;
}

// `info` collects the mentions among constants; nullptr: they are no constants of the program.
void CodeIndex::EncodeConstant(Encoder& e, PyObject* value, CodeInfo* info) {
  if (!value) return e.Put(Tag::kAbsent);
  if (EncodeLeaf(e, value) != Leaf::kNo) {
    if (info && PyUnicode_CheckExact(value)) Mention(value, info);
    return;
  }
  if (PyTuple_CheckExact(value)) {
    e.Put(Tag::kTuple, static_cast<std::uint64_t>(PyTuple_GET_SIZE(value)));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); ++i) EncodeConstant(e, PyTuple_GET_ITEM(value, i), info);
  } else if (PyFrozenSet_CheckExact(value)) {
    EncodeFrozenset(e, value, [&](Encoder& one, PyObject* element) { return EncodeConstant(one, element, info), true; });
  } else if (PyCode_Check(value)) {
    const CodeInfo& nested = Of(value);
    e.Put(Tag::kCode, nested.digest);
    if (info) info->mentions.insert(info->mentions.end(), nested.mentions.begin(), nested.mentions.end());
  } else {
    e.Put(Tag::kNamed, Py_TYPE(value)->tp_name);
  }
}

void CodeIndex::Mention(PyObject* text, CodeInfo* info) {
  if (PyUnicode_GET_LENGTH(text) > 200 || !PyUnicode_IsIdentifier(text)) return;
  const char* utf8 = PyUnicode_AsUTF8(text);
  if (!utf8) return PyErr_Clear();
  auto [it, fresh] = ids_.try_emplace(utf8, static_cast<std::uint32_t>(names_.size()));
  if (fresh) names_.push_back(utf8);
  info->mentions.push_back(it->second);
}

}  // namespace ferry::objects
