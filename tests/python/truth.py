# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""What the program itself knows of its stack at each call of the probed function, written to truth.PID as lines of JSON."""
import atexit
import json
import os
import sys
import threading

directory = sys.argv[1] if len(sys.argv) > 1 else "."
lock = threading.Lock()
stacks = {}
calls = []


def record(number, evaluators):
    stack = []
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        stack.append((code.co_filename, frame.f_lineno, getattr(code, "co_qualname", code.co_name)))
        frame = frame.f_back
    with lock:
        calls.append((number, evaluators, stacks.setdefault(tuple(stack), len(stacks))))


def write():
    """Also to be called where a process ends without a farewell."""
    with open(os.path.join(directory, "truth.%d" % os.getpid()), "w", errors="surrogatepass") as file:
        json.dump({"stacks": list(stacks), "calls": calls}, file)


def forget():
    """In a forked child: what the parent has is the parent's."""
    stacks.clear()
    del calls[:]


def ready():
    """Says that it is there, and waits to be let go."""
    gate = os.path.join(directory, "gate.%d" % os.getpid())
    os.mkfifo(gate)
    os.write(1, b"ready %d\n" % os.getpid())  # in one piece: several processes write there
    with open(gate) as file:
        file.read()


os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lambda: (lock.release(), forget()))
atexit.register(write)
