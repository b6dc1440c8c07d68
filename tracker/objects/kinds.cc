#include "tracker/objects/kinds.h"

#include <unordered_map>

namespace ferry::objects {

std::optional<Kind> BuiltinKind(PyTypeObject* type) {
  static const std::unordered_map<PyTypeObject*, Kind> kinds = {
      {&PyList_Type, Kind::kList}, {&PyTuple_Type, Kind::kTuple}, {&PyDict_Type, Kind::kDict},
      {&PySet_Type, Kind::kSet}, {&PyFrozenSet_Type, Kind::kFrozenset}, {&PyByteArray_Type, Kind::kByteArray},
      {&PyFunction_Type, Kind::kFunction}, {&PyCFunction_Type, Kind::kBuiltin}, {&PyCMethod_Type, Kind::kBuiltin},
      {&PyCode_Type, Kind::kCode}, {&PyFrame_Type, Kind::kDoor}, {&PyTraceBack_Type, Kind::kTraceback},
      {&PyMemoryView_Type, Kind::kMemoryView}, {&PyGen_Type, Kind::kGenerator}, {&PyCell_Type, Kind::kTraversed}, {&PyDictProxy_Type, Kind::kTraversed},
      {&PyDictKeys_Type, Kind::kTraversed}, {&PyDictValues_Type, Kind::kTraversed}, {&PyDictItems_Type, Kind::kTraversed},
      {&PyProperty_Type, Kind::kMembers}, {&PyStaticMethod_Type, Kind::kMembers}, {&PyClassMethod_Type, Kind::kMembers},
      {&PyMethod_Type, Kind::kMembers}, {&PySlice_Type, Kind::kMembers}, {&PyRange_Type, Kind::kMembers},
      {&PySuper_Type, Kind::kMembers}, {&PyGetSetDescr_Type, Kind::kNamed}, {&PyMemberDescr_Type, Kind::kNamed},
      {&PyMethodDescr_Type, Kind::kNamed}, {&PyWrapperDescr_Type, Kind::kNamed}, {&PyClassMethodDescr_Type, Kind::kNamed},
  };
  auto it = kinds.find(type);
  return it == kinds.end() ? std::nullopt : std::optional(it->second);
}

Kind ContentOf(PyTypeObject* native) {
  if (native == &PyBaseObject_Type) return Kind::kNone;
  if (native == &PyLong_Type) return Kind::kInt;
  if (native == &PyFloat_Type) return Kind::kFloat;
  if (native == &PyComplex_Type) return Kind::kComplex;
  if (native == &PyUnicode_Type) return Kind::kStr;
  if (native == &PyBytes_Type) return Kind::kBytes;
  if (PyType_IsSubtype(native, reinterpret_cast<PyTypeObject*>(PyExc_BaseException))) return Kind::kException;
  const std::optional<Kind> kind = BuiltinKind(native);
  return kind && *kind <= Kind::kByteArray ? *kind : Kind::kOpaque;
}

std::uint32_t ScalarSize(const std::string& label) {
  static const std::unordered_map<std::string, std::uint32_t> sizes = {
      {"numpy.bool", 1}, {"numpy.bool_", 1}, {"numpy.int8", 1}, {"numpy.uint8", 1}, {"numpy.int16", 2}, {"numpy.uint16", 2},
      {"numpy.float16", 2}, {"numpy.int32", 4}, {"numpy.uint32", 4}, {"numpy.float32", 4}, {"numpy.int64", 8},
      {"numpy.uint64", 8}, {"numpy.float64", 8}, {"numpy.complex64", 8}, {"numpy.complex128", 16},
  };
  auto it = sizes.find(label);
  return it == sizes.end() ? 0 : it->second;
}

}  // namespace ferry::objects
