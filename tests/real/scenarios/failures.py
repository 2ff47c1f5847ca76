# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Out of memory, because too little is free and because what is free lies in pieces."""
from .. import compare
from ..session import ATTACHED, in_both
from . import Scenario

TILE_BYTES = 2048
FILL = """
bank = bank_view(mesh)["DRAM"]
tiles = bank["bank_bytes"] // 10 // {tile} * bank["banks"]
def block(count): return tensor(SIDE, SIDE * count)
"""
ASK = "text = failure(lambda: block({tiles})); out = [text, bank_view(mesh)['DRAM']]"


def exhaustion(session):
    session.job.do(FILL.format(tile=TILE_BYTES))
    session.job.do("keep += [block(tiles) for _ in range(6)]")
    session.attach()
    session.job.do("keep += [block(tiles) for _ in range(3)]")
    return fails(session, "tiles * 3")


def fragmentation(session):
    session.job.do(FILL.format(tile=TILE_BYTES))
    session.job.do("keep += [block(tiles) for _ in range(10)]")
    session.attach()
    session.job.do("[free(keep, index) for index in (7, 5, 3, 1)]")
    return fails(session, "tiles * 2")


def fails(session, tiles):
    text, bank = session.job.do(ASK.format(tiles=tiles))
    checks = session.compare()
    truth = compare.failure_truth(text, bank)
    truth["owner_chips"] = [0]
    view = session.recording.view("failures")
    checks.append(compare.failures_against([truth], view))
    if session.mode == ATTACHED:  # it still runs: what would have helped is done
        freed = [int(one["address"], 16) for one in view["failures"][0]["help"]["to_free"]]
        session.job.do(f"keep[:] = [one for one in keep if one.buffer_address() not in {freed}]; gc.collect(); block({tiles})")
        checks.append(compare.equal("it would have helped", True, bool(freed)))
    return checks


SCENARIOS = [
    Scenario("out of memory: exhausted", lambda run: in_both(run, exhaustion)),
    Scenario("out of memory: fragmented", lambda run: in_both(run, fragmentation)),
]
