# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Allocates from several places. usage: model.py LIBRARY; says the size and the stack of each allocation."""
import ctypes
import multiprocessing
import sys
import threading

library = ctypes.CDLL(sys.argv[1])
library.allocate_on_device.argtypes = [ctypes.c_ulong]
sizes = iter(range(65536, 1 << 24, 2048))


def told(size):
    """Says the size, and the calls that lead to the line that asks."""
    frame = sys._getframe(1)
    lines = []
    while frame:
        lines.append("%s:%d" % (frame.f_code.co_name, frame.f_lineno))
        frame = frame.f_back
    sys.stdout.write("%d %s\n" % (size, " ".join(lines)))
    sys.stdout.flush()
    return size


def allocate(size=None):
    library.allocate_on_device(told(size or next(sizes)))


class Layer:
    def __call__(self, depth):
        if depth:
            return self(depth - 1)
        allocate()


def rows(count):
    for _ in range(count):
        allocate()
        yield


def in_child():
    allocate(1 << 22)


if __name__ == "__main__":
    Layer()(3)
    list(rows(2))
    [allocate() for _ in range(2)]
    thread = threading.Thread(target=Layer(), args=(1,))
    thread.start()
    thread.join()
    child = multiprocessing.get_context("fork").Process(target=in_child)
    child.start()
    child.join()
