// The history and the planner for the drivers of save and resume. Keys of components are tuples of names; results are
// plain dictionaries, as reports and JSON want them. Nothing here keeps a Python object.
#include <pybind11/stl.h>

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "kernel/session/bind.h"
#include "kernel/session/raise.h"
#include "replay/plan/plan.h"
#include "tracker/graph/session_graph.h"

namespace py = pybind11;

namespace ferry::session {
namespace {

using graph::SessionGraph;
using plan::Cost;
using plan::Key;

py::tuple TupleOf(const Key& key) { return py::tuple(py::cast(key)); }

std::map<Key, Cost> CostsOf(const py::dict& costs) {
  std::map<Key, Cost> out;
  for (auto [key, cost] : costs) {
    Key names;
    for (py::handle name : key) names.push_back(name.cast<std::string>());
    out.emplace(std::move(names), cost.cast<Cost>());
  }
  return out;
}

plan::Policy PolicyOf(const std::string& word) {
  if (word == "store-first") return plan::Policy::kStoreFirst;
  if (word == "cheapest") return plan::Policy::kCheapest;
  throw py::value_error("policy is store-first or cheapest, not " + word);
}

py::dict DictOf(const plan::Entry& entry) {
  py::dict out;
  out["key"] = TupleOf(entry.key);
  out["way"] = plan::Name(entry.way);
  out["code"] = entry.code;
  out["reason"] = entry.reason;
  out["executions"] = entry.executions;
  out["seconds"] = entry.seconds;
  out["bytes"] = entry.bytes;
  out["comparable"] = entry.comparable;
  out["alternative"] = py::none();
  if (entry.alternative) {
    out["alternative"] = py::dict(py::arg("way") = plan::Name(entry.alternative->way),
                                  py::arg("seconds") = entry.alternative->seconds);
  }
  return out;
}

py::tuple StepOf(const plan::Step& step) {
  if (const auto* replay = std::get_if<plan::Replay>(&step)) return py::make_tuple("replay", replay->execution);
  if (const auto* load = std::get_if<plan::Load>(&step)) return py::make_tuple("load", TupleOf(load->key));
  return py::make_tuple("forget", std::get<plan::Forget>(step).names);
}

py::dict DictOf(const plan::Plan& plan) {
  py::list entries, steps, blockers;
  for (const plan::Entry& entry : plan.entries) entries.append(DictOf(entry));
  for (const plan::Step& step : plan.steps) steps.append(StepOf(step));
  for (const plan::Blocker& blocker : plan.blockers) {
    blockers.append(py::dict(py::arg("cell") = blocker.cell, py::arg("effect") = blocker.effect,
                             py::arg("remedy") = blocker.remedy));
  }
  py::dict out;
  out["image"] = plan.image;
  out["entries"] = entries;
  out["steps"] = steps;
  out["blockers"] = blockers;
  out["totals"] = py::dict(py::arg("bytes") = plan.bytes, py::arg("save_s") = plan.save_seconds,
                           py::arg("restore_s") = plan.restore_seconds);
  return out;
}

using Numbers = std::set<std::uint32_t>;
using Reasons = std::map<std::uint32_t, std::string>;

}  // namespace

void BindPlan(py::module_& m) {
  py::class_<SessionGraph>(m, "SessionGraph")
      .def(py::init())
      .def("apply", [](SessionGraph& graph, const graph::CellRecord& record) { Unwrap(graph.Apply(record)); },
           "The next record of the log. FerryError: its execution number does not grow.")
      .def("apply", py::overload_cast<const graph::ChangeRecord&>(&SessionGraph::Apply))
      .def_property_readonly("executions", [](const SessionGraph& graph) {
        std::vector<std::uint32_t> numbers;
        for (const graph::Execution& execution : graph.executions()) numbers.push_back(execution.number);
        return numbers;
      })
      .def("live", [](const SessionGraph& graph) {
        py::dict out;
        for (const graph::Version& version : graph.versions()) {
          if (version.live) out[TupleOf(graph.KeyOf(version))] = version.fingerprint.Hex();
        }
        return out;
      }, "key -> fingerprint of each live component, as the newest look found it")
      .def("producers", [](const SessionGraph& graph, const Key& key) {
        const graph::Version* version = graph.Live(key);
        return version ? graph.Producers(*version) : std::vector<std::uint32_t>();
      }, py::arg("key"), "Executions that made the current version of a component; empty if it is unknown or unexplained.");

  py::class_<Cost>(m, "Cost")
      .def(py::init([](std::uint64_t bytes, double store_seconds, double load_seconds, bool storable, std::string reason,
                       bool pinned, bool user_recompute, bool opaque, bool referred, bool verified_replay) {
             return Cost{bytes, store_seconds, load_seconds, storable, std::move(reason),
                         pinned, user_recompute, opaque, referred, verified_replay};
           }),
           py::kw_only(), py::arg("bytes") = 0, py::arg("store_seconds") = 0.0, py::arg("load_seconds") = 0.0,
           py::arg("storable") = true, py::arg("reason") = "", py::arg("pinned") = false,
           py::arg("user_recompute") = false, py::arg("opaque") = false, py::arg("referred") = false,
           py::arg("verified_replay") = false)
      .def_readwrite("bytes", &Cost::bytes)
      .def_readwrite("storable", &Cost::storable)
      .def_readwrite("reason", &Cost::reason);

  m.def("plan", [](const SessionGraph& graph, const py::dict& costs, const std::string& policy, double bandwidth,
                   const std::optional<std::tuple<std::uint64_t, double, double>>& image, bool have_source, Numbers replay_ok, Numbers no_replay,
                   Reasons fatal) {
    plan::Options options;
    options.policy = PolicyOf(policy);
    if (!(bandwidth > 0)) throw py::value_error("bandwidth must be above 0 bytes a second");
    options.bandwidth = bandwidth;
    if (image) options.image = plan::Image{std::get<0>(*image), std::get<1>(*image), std::get<2>(*image)};
    options.have_source = have_source;
    options.wishes = {std::move(replay_ok), std::move(no_replay), std::move(fatal)};
    return DictOf(plan::MakePlan(graph, CostsOf(costs), options));
  }, py::arg("graph"), py::arg("costs"), py::arg("policy") = "store-first", py::kw_only(), py::arg("bandwidth") = 500e6,
     py::arg("image") = py::none(), py::arg("have_source") = false, py::arg("replay_ok") = Numbers(),
     py::arg("no_replay") = Numbers(), py::arg("fatal") = Reasons(),
     "{entries, steps, blockers, totals, image}; costs: key tuple -> Cost; image: (bytes, seconds to take, seconds to bring back)");

  m.def("plan_behind", [](const SessionGraph& graph, std::uint32_t generation, Numbers replay_ok, Numbers no_replay, Reasons fatal,
                          const std::map<Key, std::string>& missing) {
    py::list out;
    for (const plan::Behind& cell :
         plan::PlanBehind(graph, generation, {std::move(replay_ok), std::move(no_replay), std::move(fatal)}, missing)) {
      out.append(py::dict(py::arg("cell") = cell.execution, py::arg("replay") = cell.replay, py::arg("reason") = cell.reason));
    }
    return out;
  }, py::arg("graph"), py::arg("generation"), py::kw_only(), py::arg("replay_ok") = Numbers(),
     py::arg("no_replay") = Numbers(), py::arg("fatal") = Reasons(), py::arg("missing") = std::map<Key, std::string>(),
     "[{cell, replay, reason}] for each execution after `generation`, the last one that the generation contains");
}

}  // namespace ferry::session
