# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""HYBRID allocators: L1 tensors that are allocated core by core beside those that lie at one address in every bank."""
from .. import compare, compare_cores, releases
from ..session import ATTACHED, STARTED, certainty, in_both
from . import Scenario

HYBRID = {"TT_METAL_ALLOCATOR_MODE_HYBRID": "1"}

# Core by core each tensor is a Buffer on every chip; the runtime's list of live buffers lacks them, but each tensor tells its places.
PER_CORE = """
GRIDS = [(0, 0, 1, 1), (1, 1, 2, 2), (5, 5, 5, 5), (4, 0, 4, 0), (0, 3, 6, 3), (2, 2, 6, 6)]
places = []  # of every tensor so far: {"chips", "cores": [[x, y, address]], "bytes" on each core}
singles = []  # [tensor, its number]
steps = []  # [alloc or free, number]

def per_core(grid, tiles=1):
    x0, y0, x1, y1 = grid
    cores = ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(x0, y0), ttnn.CoreCoord(x1, y1))])
    count = (x1 - x0 + 1) * (y1 - y0 + 1)
    spec = ttnn.ShardSpec(cores, [SIDE, SIDE * tiles], ttnn.ShardOrientation.ROW_MAJOR)
    memory = ttnn.MemoryConfig(ttnn.TensorMemoryLayout.HEIGHT_SHARDED, ttnn.BufferType.L1, spec)
    memory.experimental_set_per_core_allocation(True)
    shape = ttnn.Shape([1, 1, SIDE * count, SIDE * tiles])
    return ttnn.allocate_tensor_on_device(shape, ttnn.bfloat16, ttnn.TILE_LAYOUT, mesh, memory)

def place(one, x, y):
    core = ttnn.CoreCoord(x, y)
    try:
        return one.experimental_per_core_buffer_address(ttnn.MeshCoordinate(0, 0), core)
    except TypeError:  # older ones tell the same of all chips
        return one.experimental_per_core_buffer_address(core)

def hold_per_core(grid, tiles=1):
    one = per_core(grid, tiles)
    x0, y0, x1, y1 = grid
    cores = [[x, y, place(one, x, y)] for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
    singles.append([one, len(places)])
    steps.append(["alloc", len(places)])
    places.append({"chips": list(mesh.get_device_ids()), "cores": cores, "bytes": 2 * SIDE * SIDE * tiles})

def free_per_core(index):
    one, number = singles.pop(index)
    steps.append(["free", number])

def both(count, source=rng):
    for _ in range(count):
        if source.random() < 0.5:
            work(1)
        elif source.random() < 0.6 or not singles:
            hold_per_core(source.choice(GRIDS), source.randint(1, 4))
        else:
            free_per_core(source.randrange(len(singles)))

def per_core_books():
    return {"places": places, "live": [number for _, number in singles], "steps": steps}
"""


def attach(session):
    session.attach()
    if session.mode == ATTACHED:
        session.job.do("steps.clear()")


# More than is left in the bank of core (3, 3): 290 tiles in each of the 72.
EVERY_BANK = "tensor(SIDE * 72, SIDE * 290, L1)"


def equal_places(session):
    """Two tensors at one address, each on cores of its own: one of them ends. Then a core has no room, while the others have; nor has
    a tensor that lies in every bank."""
    session.job.do(PER_CORE)
    session.job.do("hold_per_core((0, 0, 1, 1)); hold_per_core((5, 5, 5, 5)); keep += [tensor(), tensor(memory=L1)]")
    attach(session)
    session.job.do("hold_per_core((6, 6, 6, 6)); free_per_core(0); work(6); hold_per_core((3, 3, 3, 3), 400)")
    texts = [session.job.do(f"out = failure(lambda: {what})") for what in ("per_core((3, 3, 3, 3), 400)", EVERY_BANK)]
    session.job.do("hold_per_core((4, 4, 4, 4), 400); keep.append(tensor(memory=L1))")
    checks = compared(session)
    return [*checks, compare_cores.failures_against(texts, session.recording.view("failures"))]


def opened_again(session):
    """Tensors of both kinds on all chips, closed and opened again."""
    session.job.do(PER_CORE)
    session.job.do("both(40); log.clear(); keep.clear(); singles.clear(); ttnn.close_mesh_device(mesh); mesh = open_mesh(); gc.collect()")
    session.job.do("both(60)")
    attach(session)
    session.job.do("both(60)")
    return compared(session, order=session.mode == ATTACHED)


def compared(session, order=True):
    """All of it, by the runtime's lists of what lies in every bank and by what each other tensor tells of itself."""
    books = session.job.books()
    single = session.job.do("out = per_core_books()")
    log = session.job.do("out = log")
    snapshot = session.run.tool.snapshot(session.job.pid)
    recording = session.recording = session.finish()
    live = recording.live(books["unix_ns"] if session.mode == STARTED else None)
    checks = [
        compare.equal("the snapshot is complete", True, snapshot["complete"]),
        *compare.snapshot_against(books, compare_cores.in_every_bank(snapshot)),
        compare_cores.per_core_against("tensors of single cores in the snapshot", single, snapshot["buffers"]),
        compare.snapshot_totals_against(books, snapshot),
        compare_cores.told_once(snapshot),
        certainty(live, session.mode),
        *compare.live_against(books, compare_cores.in_every_bank(live)),
        compare_cores.per_core_against("tensors of single cores", single, live["buffers"]),
        compare_cores.per_core_totals_against(books, single, live),
        compare_cores.nothing_missed(live),
        compare_cores.no_anomalies(recording.view("anomalies")),
    ]
    if order:
        events = [event for event in recording.events() if event["t_ns"] <= live["t_ns"]]
        checks.append(compare.order_against(log, [event for event in events if "per_core" not in event], session.job.pid))
        checks.append(compare_cores.per_core_order_against(single, events))
    return checks


def hybrid(version):
    return None if releases.number(version) >= (0, 69) else "no HYBRID allocators before 0.69"


def on_chips(scenario, device, shape):
    return lambda run: in_both(run, scenario, device, shape, added=HYBRID)


SCENARIOS = [
    Scenario("hybrid: 1 chip", on_chips(equal_places, "wormhole-1x1", "1x1"), hybrid),
    Scenario("hybrid: 8 chips, opened again", on_chips(opened_again, "wormhole-2x4", "2x4"), hybrid),
]
