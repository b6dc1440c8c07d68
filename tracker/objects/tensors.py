"""What tensors of torch and their storages are made of."""


def tensor_parts(tensor):
    """Views share a storage, which torch keeps one object for. Nothing sees into a graph of derivatives."""
    import torch
    with torch._C.DisableTorchFunctionSubclass():
        found = [type(tensor), str(tensor.layout), str(tensor.dtype), str(tensor.device), tuple(tensor.shape), tensor.requires_grad, tensor.is_leaf,
                 getattr(tensor, "__dict__", None)]
        if tensor.is_leaf:
            found += [tensor.grad, tensor._backward_hooks]
        else:
            found.append(tensor.grad_fn)
        plain = tensor.detach()
        if tensor.layout is torch.sparse_coo:
            found += [tensor.is_coalesced(), plain._indices(), plain._values()]
        elif tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
            found += [plain.crow_indices(), plain.col_indices(), plain.values()]
        elif tensor.layout in (torch.sparse_csc, torch.sparse_bsc):
            found += [plain.ccol_indices(), plain.row_indices(), plain.values()]
        elif tensor.layout is torch.strided and not tensor.is_nested:
            found += [tensor.storage_offset(), tensor.stride(), tensor.is_conj(), tensor.is_neg(), tensor.untyped_storage()]
            if tensor.is_quantized:
                found.append(str(tensor.qscheme()))
        else:
            found.append(object())  # never the same: refused
    return found


def storage_parts(storage):
    """Not by an array over it: one would make the storage give up its `resizable`."""
    kind = storage.device.type
    if kind == "meta":
        return [kind, storage.nbytes()]
    import ctypes  # torch has it loaded
    plain = storage if kind == "cpu" else storage.cpu()
    return [kind, storage.resizable(), ctypes.string_at(plain.data_ptr(), plain.nbytes())]
