# name: strange-tensors
# description: sparse, quantised, empty and meta tensors, subclasses, attributes, weak references and storages
# %%
import torch, weakref
sparse = torch.sparse_coo_tensor([[0, 1], [2, 0]], [3.0, 4.0], (2, 3)); rows = torch.eye(3).to_sparse_csr()
empty = torch.empty(0, 3); nothing = torch.empty(5, device="meta"); number = torch.tensor(3)
# %%
class Named(torch.Tensor):
    label = "n"
named = torch.ones(2).as_subclass(Named); named.mine = [1]; tensor = torch.zeros(2); tensor.tag = named.mine
# %%
store = tensor.untyped_storage(); ref = weakref.ref(tensor); size = tensor.shape; kind = torch.float16; where = torch.device("cpu"); layout = torch.strided
# %%
tensor += 1; named.mine.append(2); permuted = torch.ones(2, 3, 4, 5).to(memory_format=torch.channels_last)
print(tensor.tolist(), named.mine, list(store)[:4])
# %%
conjugate = torch.tensor([1 + 2j]).conj(); negative = torch.tensor([1 + 2j]).conj().imag; flat = sparse.coalesce()
print(conjugate.is_conj(), negative.is_neg())
# %% holds
sparse.to_dense().tolist() == [[0, 0, 3], [4, 0, 0]] and rows.layout is torch.sparse_csr and not sparse.is_coalesced() and flat.is_coalesced()
type(named) is Named and named.mine is tensor.tag and tensor.tag == [1, 2]
store.data_ptr() == tensor.data_ptr() and ref() is tensor
type(size) is torch.Size and kind is torch.float16 and where == torch.device("cpu") and layout is torch.strided
nothing.device.type == "meta" and empty.shape == (0, 3) and permuted.is_contiguous(memory_format=torch.channels_last)
conjugate.is_conj() and negative.is_neg() and conjugate.tolist() == [1 - 2j] and negative.tolist() == [-2.0]
