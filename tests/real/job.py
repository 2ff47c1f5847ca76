# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""A job on the real runtime, run by the release's own Python. It knows nothing of the tracer and tells the runtime's own books.

usage: job.py ROWSxCOLUMNS. Each line of stdin is a JSON string, Python code that is executed here; the answer is a line of stdout
"#answer " and JSON: what the code put into `out`, or {"error": text}. The first answer is {"pid": ...}. "exit" ends it in order.
"""
import gc
import json
import os
import random
import signal
import sys
import threading
import time

import ttnn

REPORTS, GRAPH = ttnn._ttnn.reports, ttnn._ttnn.graph
DRAM, L1 = ttnn.DRAM_MEMORY_CONFIG, ttnn.L1_MEMORY_CONFIG
TYPES = ("DRAM", "L1", "L1_SMALL", "TRACE")
SIDE = 32  # of a tile

rng = random.Random(1)
keep = []  # tensors that live on
log = []  # ["alloc" or "free", type, address] of every step of this file, in order


def tell(answer):
    sys.stdout.write("\n#answer " + json.dumps(answer) + "\n")
    sys.stdout.flush()


def open_mesh(shape=None):
    rows, columns = map(int, (shape or sys.argv[1]).split("x"))
    return ttnn.open_mesh_device(ttnn.MeshShape(rows, columns), trace_region_size=1 << 20, l1_small_size=24576)


def tensor(rows=64, columns=64, memory=DRAM, on=None):
    shape = ttnn.Shape([1, 1, rows, columns])
    one = ttnn.allocate_tensor_on_device(shape, ttnn.bfloat16, ttnn.TILE_LAYOUT, on or mesh, memory)
    note("alloc", one)
    return one


def dealt(side, kind, corners=(0, 0, 3, 0)):
    """Shards of 2 x 2 tiles, dealt over more or fewer cores than there are shards."""
    x0, y0, x1, y1 = corners
    cores = ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(x0, y0), ttnn.CoreCoord(x1, y1))])
    memory = ttnn.MemoryConfig(kind, ttnn.NdShardSpec([1, 2 * SIDE, 2 * SIDE], cores))
    one = ttnn.allocate_tensor_on_device(ttnn.Shape([3, side, side]), ttnn.bfloat16, ttnn.TILE_LAYOUT, mesh, memory)
    note("alloc", one)
    return one


def note(what, one):
    log.append([what, str(one.memory_config().buffer_type).split(".")[-1], one.buffer_address()])


def free(live, index):
    """Drops a tensor of a list: nothing else refers to it."""
    one = live.pop(index)
    note("free", one)


def step(source, live, on=None):
    """One random step: allocates or frees."""
    if source.random() < 0.6 or not live:
        sides = (SIDE * source.randint(1, 20), SIDE * source.randint(1, 20))
        live.append(tensor(*sides, source.choice([DRAM, L1]), on))
    else:
        free(live, source.randrange(len(live)))


def work(count, live=keep, on=None, source=rng):
    for _ in range(count):
        step(source, live, on)


def buffer_list(of):
    """[address, bytes of one bank, type] of every live buffer, as the runtime lists them."""
    return sorted([b.address, b.max_size_per_bank, str(b.buffer_type).split(".")[-1]] for b in REPORTS.get_buffers([of]))


def bank_view(of):
    views = {name: ttnn.get_memory_view(of, getattr(ttnn.BufferType, name)) for name in TYPES}
    return {
        name: {
            "banks": view.num_banks,
            "bank_bytes": view.total_bytes_per_bank,
            "used": view.total_bytes_allocated_per_bank,
            "largest_free": view.largest_contiguous_bytes_free_per_bank,
        }
        for name, view in views.items()
    }


def books(*meshes):
    """What the runtime says that it holds, of each of these meshes; the last thing is the time."""
    gc.collect()
    of_meshes = [
        {"chips": list(one.get_device_ids()), "buffers": buffer_list(one), "banks": bank_view(one)} for one in meshes or [mesh]
    ]
    return {"meshes": of_meshes, "unix_ns": time.time_ns()}


def mapped_runtime():
    """The file of the runtime's own library in this process."""
    with open("/proc/self/maps") as maps:
        return next(line.split()[-1] for line in maps if line.rstrip().endswith("/libtt_metal.so"))


def now():
    """On the clock of the product's t_ns."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def failure(code):
    """The text of the exception that it must throw."""
    try:
        code()
    except RuntimeError as error:
        return str(error).split("backtrace:")[0]
    raise AssertionError("nothing failed")


def capture(code, mode=GRAPH.RunMode.NORMAL):
    """What the runtime's graph capture lists while code runs, in order; what code returns stays alive."""
    GRAPH.begin_graph_capture(mode)
    try:
        result = code()
    finally:
        nodes = GRAPH.end_graph_capture()
    keep.append(result)
    return [
        {
            "node": node["node_type"],
            "type": node["params"].get("type", ""),
            "address": int(node["params"].get("address", 0)),
            "size": int(node["params"].get("size", 0)),
            "cores": node["params"].get("core_range_set", ""),
            "chip": int(node["params"].get("device_id", 0)),
            "borrowed": node["params"].get("borrows_memory", "0") != "0" or node["params"].get("globally_allocated", "0") != "0",
        }
        for node in nodes
        if "allocate" in node["node_type"]
    ]


def serve():
    for line in sys.stdin:
        if line.strip() == "exit":
            break
        names = globals()
        names["out"] = None
        try:
            exec(json.loads(line), names)
        except Exception as error:
            tell({"error": f"{type(error).__name__}: {error}".split("backtrace:")[0][:1500]})
        else:
            tell(names["out"])


mesh = open_mesh()
tell({"pid": os.getpid(), "unix_ns": time.time_ns()})
serve()
