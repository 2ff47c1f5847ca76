# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Allocations and frees on 1, 8 and 32 chips and on Blackhole."""
from .. import compare
from ..session import ATTACHED, Session, in_both
from . import Scenario, mock_devices

STEPS = 120
DEALT = "keep += [dealt(96, ttnn.BufferType.DRAM), dealt(200, ttnn.BufferType.L1), dealt(64, ttnn.BufferType.L1, (1, 1, 5, 5))]"


SUMMIT = "summit = [dealt(2048, ttnn.BufferType.DRAM), dealt(1024, ttnn.BufferType.L1, (1, 1, 5, 5))]"  # far above the rest


def work(session):
    session.job.do(f"work({STEPS}); {DEALT}")
    session.attach()
    session.job.do(SUMMIT)
    top = session.job.books()
    session.job.do(f"free(summit, 1); free(summit, 0); {DEALT}; work({STEPS})")
    checks = session.compare()
    return [*checks, compare.peaks_against(top, session.recording.view("peak"))]


def table(run):
    """What the live table shows, without a recording."""
    with Session(run, ATTACHED) as session:
        session.job.do(f"work({STEPS})")
        return compare.usage_against(session.job.books(), run.tool.watch(session.job.pid))


def on(device, shape):
    return lambda run: in_both(run, work, device, shape)


SCENARIOS = [
    Scenario("buffers, 1 chip", lambda run: in_both(run, work)),
    Scenario("live table", table),
    Scenario("buffers, 8 chips", on("wormhole-2x4", "2x4"), mock_devices),
    Scenario("buffers, 32 chips", on("wormhole-8x4", "8x4"), mock_devices),
    Scenario("buffers, Blackhole", on("blackhole-1x1", "1x1"), mock_devices),
]
