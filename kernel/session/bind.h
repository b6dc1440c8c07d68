// The parts of the extension module kernelferry._ferry, one function a file.
#pragma once

#include <pybind11/pybind11.h>

namespace ferry::session {

// watch_stop(flag_address, fd), stop_asked(), ignore_stop(bool): util/stop.h.
void BindStop(pybind11::module_& m);

// FerryError, Stopped (raise.h). First of all: the others raise them.
void BindError(pybind11::module_& m);

// Effect, GeneratorState, CellRecord, ComponentState, ChangeRecord; ProcessItem, ComponentEntry, Manifest.
void BindRecords(pybind11::module_& m);

// Store, SessionWriter, SessionReader, Blob: serializer/store. After BindRecords.
void BindStore(pybind11::module_& m);

// SessionGraph, Cost, plan(), plan_behind(): tracker/graph, replay/plan. After BindRecords.
void BindPlan(pybind11::module_& m);

// Walker, Look, Component: tracker/objects.
void BindObjects(pybind11::module_& m);
// Gate, Resolver and the tools of kernelferry.codec: serializer/codec.
void BindCodec(pybind11::module_& m);
// Observer, user_names(dict): tracker/observe. After BindRecords.
void BindObserve(pybind11::module_& m);

// with_whole_commands(bytes), IN_COMMAND: util/words.h.
void BindWords(pybind11::module_& m);

// image_probe(), image_preflight(): serializer/image.
void BindImage(pybind11::module_& m);

}  // namespace ferry::session
