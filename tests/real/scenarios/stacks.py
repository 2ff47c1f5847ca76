# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Call stacks: the Python lines of allocations and the operations of tensors, as the job knows them."""
from .. import compare
from ..session import in_both
from . import Scenario, buffers, mock_devices, mock_programs

ROUNDS = 60


class Calls:
    """What a recording says led to the allocations of a job."""

    def __init__(self, session):
        recording = session.recording
        events = recording.events()
        self.frames = {event["number"]: event for event in events if event["kind"] == "frame"}
        self.stacks = {event["number"]: event for event in events if event["kind"] == "stack"}
        self.allocations = [event for event in events if event["kind"] == "alloc" and event["pid"] == session.job.pid]
        self.operations = {stack["number"]: stack["operation"] for stack in recording.view("callsites").get("call_stacks", [])}

    def python(self, event):
        """[file, line, function] of each Python frame, without those of the ttnn package itself."""
        stack = self.stacks.get(event.get("stack"), {"frames": []})
        frames = [self.frames[number] for number in stack["frames"]]
        lines = [[frame["file"], frame["line"], frame["function"]] for frame in frames if frame["language"] == "python"]
        while lines and "/ttnn/" in lines[0][0]:
            lines.pop(0)
        return lines

    def noted(self, notes):
        """The allocation of each note: the next one of its type at its address. (An operation may allocate for itself.)"""
        rest = iter(self.allocations)
        for kind, address, *_ in notes:
            yield next((event for event in rest if event["type"] == kind and int(event["address"], 16) == address), None)

    def ends(self):
        return sorted({stack["end"] for stack in self.stacks.values()})


def lines(session):
    session.job.do("import origins")
    session.attach()
    session.job.do(f"origins.allocate(mesh, {ROUNDS})")
    notes = session.job.do("keep.append(tensor()); out = origins.notes")
    checks = session.compare(order=False)
    calls = Calls(session)
    found = list(calls.noted(notes))
    return [
        *checks,
        compare.equal("every allocation is there", [True] * len(notes), [event is not None for event in found]),
        compare.equal(
            "the Python calls of each", [note[3] for note in notes], [calls.python(event) if event else None for event in found]
        ),
        compare.equal("every stack is whole", ["complete"], calls.ends()),
    ]


def operations(session):
    session.job.do("import origins; origins.operate(lambda: tensor(64, 64)); origins.notes.clear()")
    session.attach()
    session.job.do("origins.operate(lambda: tensor(64, 64))")
    notes = session.job.do("keep.append(tensor()); out = origins.notes")
    checks = session.compare(order=False)
    calls = Calls(session)
    told = [calls.operations.get(event.get("stack")) if event else None for event in calls.noted(notes)]
    plain = [calls.operations.get(event.get("stack")) for event in calls.allocations if calls.python(event)[0][2].endswith("tensor")]
    return [
        *checks,
        compare.equal("the operation of each output", [note[2] for note in notes], [(name or "").rpartition("::")[2] for name in told]),
        compare.equal("plain tensors are of none", [None] * max(len(plain), 3), plain),
    ]


SCENARIOS = [
    Scenario("no call stacks, 8 chips", lambda run: in_both(run, buffers.work, "wormhole-2x4", "2x4", stacks=False), mock_devices),
    Scenario("call stacks", lambda run: in_both(run, lines)),
    Scenario("call stacks of operations", lambda run: in_both(run, operations, run.one_chip(programs=True)), mock_programs),
]
