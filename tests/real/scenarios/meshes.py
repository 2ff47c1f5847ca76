# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Submeshes, and devices that are closed and opened again."""
from .. import compare, releases
from ..session import ATTACHED, certainty, in_both
from . import Scenario, fast_dispatch, mock_devices


def submeshes(session):
    """A mesh of 8 chips and two submeshes of 4: each has an allocator, over the same memory, so totals are not compared."""
    session.job.do("halves = mesh.create_submeshes(ttnn.MeshShape(2, 2)); lists = [[], [], []]; meshes = [mesh, *halves]")
    session.job.do("[work(40, live, one) for live, one in zip(lists, meshes)]")
    session.attach()
    session.job.do("[work(40, live, one) for live, one in zip(lists, meshes)]")
    return session.compare("*meshes", totals=False)


def reopen(session):
    """The mesh is closed with buffers in it and opened again; the old Python object dies after the new one exists. It is one chip
    of several: some releases then open the one before it, too, which has no mesh."""
    session.job.do("work(40); keep.clear(); ttnn.close_mesh_device(mesh); mesh = open_mesh(); gc.collect(); log.clear()")
    session.job.do("work(20)")
    session.attach()
    session.job.do("[free(keep, 0) for _ in range(len(keep) // 2)]")  # of buffers that only the walk knows
    session.job.do("work(20)")
    return session.compare(order=session.mode == ATTACHED)


def sub_devices(session):
    """A manager of sub-devices, with L1 of its own: what it takes is not left to the rest."""
    session.job.do("work(40)")
    session.attach()
    session.job.do(SUB_DEVICES)
    session.job.do("work(20)")
    return session.compare()


def close(session):
    """What a close released: all that the runtime held just before."""
    session.job.do("work(40)")
    session.attach()
    session.job.do("work(40)")
    books = session.job.books()
    session.job.do("ttnn.close_mesh_device(mesh)")
    recording = session.finish()
    live = recording.live(books["unix_ns"])
    return [
        certainty(live, session.mode),
        *compare.live_against(books, live),
        compare.released_against(len(compare.book_buffers(books)), recording.events()),
        compare.equal("nothing is live after the close", True, recording.live()["before_release"]),
    ]


def one_of_several(run):
    return "wormhole-2x4" if releases.has_mock(run.version) else run.one_chip()


SUB_DEVICES = """
cores = ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(0, 0), ttnn.CoreCoord(3, 3))])
manager = mesh.create_sub_device_manager([ttnn.SubDevice([cores])], 65536)
"""

SCENARIOS = [
    Scenario("mesh and submeshes", lambda run: in_both(run, submeshes, "wormhole-2x4", "2x4"), mock_devices),
    Scenario("closed and opened again", lambda run: in_both(run, reopen, one_of_several(run))),
    Scenario("manager of sub-devices", lambda run: in_both(run, sub_devices, "wormhole-1x1", fast=True), fast_dispatch),
    Scenario("what a close released", lambda run: in_both(run, close)),
]
