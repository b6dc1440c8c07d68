#include "replay/plan/cut.h"

#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <numeric>

namespace ferry::plan {

std::vector<bool> Cut::SourceSide() const {
  // Boost wants each edge beside its reverse, in compressed rows.
  using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                   boost::no_property, std::uint32_t, std::uint32_t>;
  const auto count = static_cast<std::uint32_t>(edges_.size());
  std::vector<std::uint32_t> begin(vertices_ + 1, 0);
  for (const Edge& edge : edges_) ++begin[edge.from + 1], ++begin[edge.to + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());

  std::vector<std::pair<Vertex, Vertex>> sorted(2 * count);
  std::vector<std::int64_t> capacity(2 * count, 0), residual(2 * count, 0);
  std::vector<Graph::edge_descriptor> reverse(2 * count);
  std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Edge& edge = edges_[i];
    const std::uint32_t there = next[edge.from]++, back = next[edge.to]++;
    sorted[there] = {edge.from, edge.to};
    sorted[back] = {edge.to, edge.from};
    capacity[there] = edge.price;
    reverse[there] = Graph::edge_descriptor(edge.to, back);
    reverse[back] = Graph::edge_descriptor(edge.from, there);
  }
  const Graph graph(boost::edges_are_sorted, sorted.begin(), sorted.end(), vertices_);
  const auto edge_index = get(boost::edge_index, graph);
  const auto vertex_index = get(boost::vertex_index, graph);
  std::vector<Graph::edge_descriptor> predecessor(vertices_);
  std::vector<boost::default_color_type> color(vertices_);
  std::vector<std::uint32_t> distance(vertices_);
  boost::boykov_kolmogorov_max_flow(graph, boost::make_iterator_property_map(capacity.begin(), edge_index),
                                    boost::make_iterator_property_map(residual.begin(), edge_index),
                                    boost::make_iterator_property_map(reverse.begin(), edge_index),
                                    boost::make_iterator_property_map(predecessor.begin(), vertex_index),
                                    boost::make_iterator_property_map(color.begin(), vertex_index),
                                    boost::make_iterator_property_map(distance.begin(), vertex_index), vertex_index,
                                    kSource, kSink);
  // What the source still reaches.
  std::vector<bool> side(vertices_, false);
  std::vector<Vertex> todo{kSource};
  side[kSource] = true;
  while (!todo.empty()) {
    const Vertex at = todo.back();
    todo.pop_back();
    for (std::uint32_t edge = begin[at]; edge < begin[at + 1]; ++edge) {
      const Vertex to = sorted[edge].second;
      if (residual[edge] == 0 || side[to]) continue;
      side[to] = true;
      todo.push_back(to);
    }
  }
  return side;
}

}  // namespace ferry::plan
