"""Where arrays of numpy lie in memory."""


def address(holder) -> int:
    """Of the first item of an array, or of what else has a buffer that is not empty."""
    import numpy
    if not isinstance(holder, numpy.ndarray):
        holder = numpy.frombuffer(holder, numpy.uint8)
    return holder.__array_interface__["data"][0]


def extent(values) -> tuple:
    """Address and length of the bytes that the items of an array lie in."""
    reaches = [(length - 1) * stride for length, stride in zip(values.shape, values.strides) if length]
    return (address(values) + sum(reach for reach in reaches if reach < 0),
            values.itemsize + sum(abs(reach) for reach in reaches) if values.size else 0)
