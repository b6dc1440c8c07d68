# name: networkx-like-graph
# description: a graph of instances with back references, as libraries build them
# %%
class Graph:
    def __init__(self): self.nodes, self.adj = {}, {}
    def add(self, a, b):
        for n in (a, b): self.nodes.setdefault(n, {}); self.adj.setdefault(n, {})
        data = {"w": 1}
        self.adj[a][b] = self.adj[b][a] = data
        return data
G = Graph(); e = G.add("x", "y")
# %%
H = Graph(); H.adj = G.adj
# %%
e["w"] = 5; G.add("y", "z")
# %% holds
G.adj["x"]["y"] is G.adj["y"]["x"] is e
H.adj["y"]["z"] == {"w": 1}
G.nodes.keys() == {"x", "y", "z"}
