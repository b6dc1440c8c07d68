# name: networkx-views
# description: graphs with shared attributes, views of graphs, directed and multi edges
# %%
import networkx as nx
g = nx.DiGraph(name="g"); g.add_edge("a", "b", w=[1]); g.add_node(("t", 1), tag={"k": 1})
nodes, sub, attrs = g.nodes, g.subgraph(["a", "b"]), g.edges["a", "b"]
# %%
attrs["w"].append(2); g.add_edge("b", "c"); order = list(nx.topological_sort(g.subgraph("abc")))
# %%
m = nx.MultiGraph(g); m.add_edge("a", "b", key="x"); back = g.reverse(copy=False)
# %% holds
g["a"]["b"] is attrs and attrs["w"] == [1, 2] and sub.edges["a", "b"] is attrs and list(nodes) == list(g)
order == ["a", "b", "c"] and m.number_of_edges("a", "b") == 2 and back.has_edge("b", "a") and g.name == "g"
