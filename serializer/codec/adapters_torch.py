"""Tensors of torch in memory of the CPU: memory once, tensors over it.

torch's own pickling makes a copy of the memory for each tensor. Here the storage is written once, and each tensor as
(storage, offset, size, strides), so that views share it again. What derivatives are to be computed through is not written:
its graph is out of reach, and only the cells can make it again. Other layouts and devices go torch's own way.
"""
import sys


def reduce_tensor(encoding, tensor):
    torch = sys.modules["torch"]
    cls = type(tensor)
    with torch._C.DisableTorchFunctionSubclass():
        if not tensor.is_leaf:
            raise TypeError("cannot pickle a tensor with its graph of derivatives")
        if cls.__reduce_ex__ not in (torch.Tensor.__reduce_ex__, torch.nn.Parameter.__reduce_ex__) or not in_memory(torch, tensor):
            return NotImplemented
        if tensor._backward_hooks or tensor._post_accumulate_grad_hooks:
            encoding.note("a tensor: its hooks are not called any more")
        made = (cls, tensor.untyped_storage(), str(tensor.dtype).partition(".")[2], tensor.storage_offset(), tuple(tensor.shape), tensor.stride(),
                tensor.requires_grad, tensor.is_conj(), tensor.is_neg())
        state = (tensor.__dict__ or None, tensor.grad)
    return make_tensor, made, None if state == (None, None) else state, None, None, set_state


def in_memory(torch, tensor) -> bool:
    return tensor.layout is torch.strided and tensor.device.type == "cpu" and not tensor.is_quantized and not tensor.is_nested


def make_tensor(cls, storage, dtype, offset, size, stride, requires_grad, conjugate, negative):
    import torch
    tensor = torch.empty(0, dtype=getattr(torch, dtype), device="cpu").set_(storage, offset, size, stride)
    for name, is_so in (("conj", conjugate), ("neg", negative)):
        if is_so:
            torch._utils.set_tensor_metadata(tensor, {name: True})
    if cls is not torch.Tensor:
        return torch.Tensor._make_subclass(cls, tensor, requires_grad)
    return tensor.requires_grad_() if requires_grad else tensor


def set_state(tensor, state):
    attributes, grad = state
    if attributes:
        tensor.__dict__.update(attributes)
    if grad is not None:
        tensor.grad = grad


def reduce_storage(encoding, storage):
    if storage.device.type != "cpu":
        return NotImplemented
    if not storage.resizable() or storage.is_shared():
        encoding.note("a tensor over memory of others: comes back with memory of its own")
    import ctypes  # here as torch below: what only tensors need
    return make_storage, (ctypes.string_at(storage.data_ptr(), storage.nbytes()),)


def make_storage(data):
    import ctypes

    import torch
    storage = torch.UntypedStorage(len(data))
    ctypes.memmove(storage.data_ptr(), data, len(data))
    return storage


def reduce_generator(encoding, generator):
    return make_generator, (str(generator.device), generator.get_state().numpy().tobytes())


def make_generator(device, state):
    import torch
    generator = torch.Generator(device)
    generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
    return generator


ADAPTERS = {
    "torch.Tensor": reduce_tensor,
    "torch.storage.UntypedStorage": reduce_storage,
    "torch._C.Generator": reduce_generator,
}
