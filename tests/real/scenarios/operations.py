# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Operations: circular buffers, and a first run that compiles its kernels."""
from .. import compare, releases
from ..session import ATTACHED, STARTED, Session, certainty, in_both
from . import Scenario, mock_programs

OPERATIONS = "a = tensor(128, 128); out = capture(lambda: [ttnn.relu(a), ttnn.softmax(a, dim=-1), ttnn.matmul(a, a), ttnn.add(a, a)])"
# An L1 tensor that leaves 8 KiB of each bank free below it: what a program lays out there meets it.
LOW_TENSOR = """
bank = bank_view(mesh)["L1"]
low = tensor(SIDE, SIDE * ((bank["largest_free"] - 8192) // 2048 * bank["banks"]), L1)
"""


def circular_buffers(session):
    """A program's circular buffers are told at its first launch, so this job runs each program once."""
    session.job.do("work(20)")
    session.attach()
    captured = session.job.do(OPERATIONS)
    checks = session.compare(order=False)
    events = session.recording.events()
    return [
        *checks,
        compare.captured_buffers_against(captured, events, session.job.pid),
        compare.circular_against(captured, events, session.chips),
        compare.resident_against(captured, session.live, session.chips),
    ]


def steady_loop(run):
    """Attached to when all programs are compiled, as most jobs are: what their launches hold is known, or said not to be."""
    with Session(run, ATTACHED, run.one_chip(programs=True)) as session:
        session.job.do("a = tensor(128, 128); keep += [ttnn.relu(a), ttnn.matmul(a, a)]")
        captured = session.job.do("out = capture(lambda: ttnn.add(a, a))")
        session.attach()
        session.job.do("keep += [ttnn.relu(a), ttnn.matmul(a, a), ttnn.add(a, a)]")
        checks = session.compare(order=False)
        told = session.live["circular_buffers"]
        not_told = sum(process["launches_not_told"]["launches"] for process in session.live["processes"])
        exact = "exact" in run.tool.run("report", session.path, "gaps")
        if told:
            return [*checks, compare.resident_against(captured, session.live, session.chips, merged=True)]
        return [*checks, compare.equal("launches are said to be unknown", [True, False], [not_told > 0, exact])]


def clashes(session):
    """Programs that ran once meet an L1 tensor: the exceptions say where both lie."""
    session.job.do("a = tensor(128, 128); keep += [ttnn.softmax(a, dim=-1), ttnn.add(a, a)]")
    session.attach()
    session.job.do(LOW_TENSOR)
    texts = session.job.do("out = [failure(lambda: ttnn.softmax(a, dim=-1)), failure(lambda: ttnn.add(a, a))]")
    session.job.do("low = None; gc.collect()")
    session.job.do("keep += [ttnn.add(a, a)]")
    checks = session.compare(order=False)
    return [*checks, compare.clashes_against(texts, session.recording.view("clash"))]


def dataflow_buffers(session):
    """A graph capture without dispatch tells their sizes; where they end, the text of a clash."""
    session.job.do("a = tensor(128, 128); work(20)")
    session.attach()
    base = min(entry["address"] for entry in session.job.do("out = capture(lambda: ttnn.add(a, a))") if entry["cores"])
    stretches = {}
    for name, code in dataflow_operations(session.run.version).items():
        planned = session.job.do(f"out = capture(lambda: {code}, GRAPH.RunMode.NO_DISPATCH)")
        stretches[name] = [code, planned, *session.job.do(f"begin = now(); keep.append({code}); out = [begin, now()]")]
    session.job.do(LOW_TENSOR)
    ends = {name: session.job.do(f"out = failure(lambda: {code})") for name, (code, *_) in stretches.items()}
    session.job.do("low = None; gc.collect()")
    checks = session.compare(order=False)
    events = session.recording.events()
    for name, (_, planned, begin, end) in stretches.items():
        during = [event for event in events if begin <= event["t_ns"] <= end]
        checks.append(compare.dataflow_against(name, planned, base, compare.clash_truth(ends[name])[1], during))
    return checks


def dataflow_operations(version):
    """Which operations lay out dataflow buffers, and nothing else."""
    operations = {"softmax": "ttnn.softmax(a, dim=-1)"}
    if releases.number(version) >= (0, 80):
        operations["matmul"] = "ttnn.matmul(a, a)"
    return operations


def dataflow_releases(version):
    return None if releases.number(version) >= (0, 77) else "no operation uses dataflow buffers before 0.77"


def cold_cache(run):
    """Hundreds of compilers start and end beside the job, which must stay the one that is told."""
    with Session(run, STARTED, run.one_chip(programs=True)) as session:
        captured = session.job.do(OPERATIONS)
        books = session.job.books()
        recording = session.finish()
        kernels = sum(1 for _ in (run.folder / "kernels").rglob("*.elf"))
        live = recording.live(books["unix_ns"])
        processes = [process["pid"] for process in live["processes"]]
        return [
            compare.equal("kernels were compiled", True, kernels > 0),
            certainty(live, STARTED),
            *compare.live_against(books, live),
            compare.circular_against(captured, recording.events(), [0]),
            compare.equal("the job is among the processes", True, session.job.pid in processes),
            compare.equal("the job is in the summary", True, session.job.pid in pids(recording.view("summary"))),
        ]


def pids(value):
    """Every "pid" in a JSON value."""
    if isinstance(value, dict):
        return {value["pid"]} if isinstance(value.get("pid"), int) else set().union(*map(pids, value.values()))
    return set().union(*map(pids, value)) if isinstance(value, list) else set()


SCENARIOS = [
    Scenario("circular buffers, 1 chip", lambda run: in_both(run, circular_buffers, run.one_chip(programs=True))),
    Scenario(
        "circular buffers, 8 chips",
        lambda run: in_both(run, circular_buffers, "wormhole-2x4", "2x4"),
        mock_programs,
    ),
    Scenario("attached to a steady loop", steady_loop),
    Scenario("clashes", lambda run: in_both(run, clashes), mock_programs),
    Scenario("dataflow buffers", lambda run: in_both(run, dataflow_buffers), dataflow_releases),
    Scenario("operations, cold kernel cache", cold_cache),
]
