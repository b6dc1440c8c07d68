# name: replayed-beside-shared-text
# description: what is made again held the very strings and numbers that stored variables hold; equal ones do as well
# %%
import pandas as pd
ports = pd.DataFrame({"port": ["harbour " + c for c in "abcd"], "size": [1.5, 2.5, 3.5, 4.5]})
ports["long"] = [10**20 + n for n in range(4)]
# %%
fleet = {port: [port, len(port) * 1000] for port in ports["port"]}
longest = [max(ports["long"])]
# %%
def walked(frame):
    for row in frame.itertuples(index=False):
        yield row
trip = walked(ports)
first = list(next(trip))
# %% holds
first[0] in fleet and list(fleet) == list(ports["port"]) and longest == [ports["long"][3]]
# %%
second = list(next(trip))
fleet[second[0]].append(second)
