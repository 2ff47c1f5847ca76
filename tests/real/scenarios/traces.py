# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Traces: captured, kept, released. Fast dispatch on mock devices goes so far; replay does not work there."""
from .. import compare
from ..session import in_both
from . import Scenario, fast_dispatch

CAPTURE = """
trace = ttnn.begin_trace_capture(mesh, cq_id=0)
ttnn.end_trace_capture(mesh, trace, cq_id=0)
"""


def captured(session):
    """What is allocated while a trace is kept may be overwritten by its replay."""
    session.job.do("work(20)")
    session.attach()
    session.job.do(CAPTURE)
    unsafe = session.job.do("log.clear(); beside = [tensor(), tensor(memory=L1)]; out = [entry[1:] for entry in log]")
    checks = session.compare(order=False)
    view = session.recording.view("trace-unsafe")
    seen = [view[name] for name in ("captures_seen", "replays_seen", "captured_traces", "allocs", "live_buffers")]
    return [
        *checks,
        compare.unsafe_against(unsafe, session.live),
        compare.equal("the calls are seen, one trace, each buffer once", [True, True, 1, len(unsafe), len(unsafe)], seen),
        compare.equal("the trace's number and storage", True, all(t["trace_id"] is not None and t["storage"] for t in view["traces"])),
    ]


def released(session):
    """After the release nothing is unsafe any more, and the trace's own buffer is gone."""
    session.job.do("work(20)")
    session.attach()
    session.job.do(CAPTURE)
    session.job.do("ttnn.release_trace(mesh, trace)")
    session.job.do("work(20)")
    checks = session.compare(order=False)
    unsafe = [one for one in session.live["buffers"] if one["trace_unsafe"]]
    traces = [trace["released_t_ns"] is not None for trace in session.recording.view("trace-unsafe")["traces"]]
    return [*checks, compare.equal("nothing is unsafe", True, not unsafe), compare.equal("the trace is released", [True], traces)]


SCENARIOS = [
    Scenario("trace captured", lambda run: in_both(run, captured, "wormhole-1x1", fast=True), fast_dispatch),
    Scenario("trace released", lambda run: in_both(run, released, "wormhole-1x1", fast=True), fast_dispatch),
]
