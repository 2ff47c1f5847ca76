# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Operations: circular buffers, and a first run that compiles its kernels."""
from .. import compare
from ..session import STARTED, Session, certainty, in_both
from . import Scenario, mock_programs

OPERATIONS = "a = tensor(128, 128); out = capture(lambda: [ttnn.relu(a), ttnn.add(a, a), ttnn.softmax(a, dim=-1), ttnn.matmul(a, a)])"


def circular_buffers(session):
    """A program's circular buffers are told at its first launch, so this job runs each program once."""
    session.job.do("work(20)")
    session.attach()
    captured = session.job.do(OPERATIONS)
    checks = session.compare(order=False)
    return [*checks, compare.circular_against(captured, session.recording.events(), session.chips)]


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
    Scenario("operations, cold kernel cache", cold_cache),
]
