"""A long or bad cable between two network namespaces: stands in for `tc netem`, which not every system's kernel has.

    nsenter ... python cable.py HERE NEAR FAR DELAY_MS LOSE_EVERY

Makes the device FAR in the namespace that it runs in and NEAR in that of the process HERE, says "up", and carries each
frame from the one to the other, in order, DELAY_MS after it came; every LOSE_EVERYth of all is lost (0: none). Ends
when its stdin does, and then says how many it has carried and lost.
"""

import collections
import ctypes
import errno
import fcntl
import os
import selectors
import struct
import sys
import time

CLONE_NEWNET, TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x40000000, 0x400454CA, 0x2, 0x1000
FRAME = 2048  # bytes: these devices do not take larger ones


def device(name):
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def main(here, near, far, delay, every):
    taps = [device(far)]
    with open(f"/proc/{here}/ns/net") as namespace:
        assert ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    taps.append(device(near))
    print("up", flush=True)
    carried = lost = 0
    way = collections.deque()  # (when it is due, where to, frame)
    ready = selectors.DefaultSelector()
    for end in (0, *taps):
        ready.register(end, selectors.EVENT_READ)
    while True:
        for key, _ in ready.select(max(0.0, way[0][0] - time.monotonic()) if way else None):
            if key.fd == 0:
                print(carried, lost, flush=True)
                return
            for _ in range(64):
                try:
                    frame = os.read(key.fd, FRAME)
                except BlockingIOError:
                    break
                if every and (carried + lost + 1) % every == 0:
                    lost += 1
                else:
                    carried += 1
                    way.append((time.monotonic() + delay, taps[1 - taps.index(key.fd)], frame))
        while way and way[0][0] <= time.monotonic():
            try:
                os.write(way[0][1], way.popleft()[2])
            except OSError as error:
                if error.errno != errno.EIO:  # the device there is not up yet: a frame that nobody hears
                    raise


if __name__ == "__main__":
    main(*sys.argv[1:4], float(sys.argv[4]) / 1000, int(sys.argv[5]))
