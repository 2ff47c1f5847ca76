# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""One job under the tracer: started by it, or attached to in mid-run. Scenarios are written against this."""
import dataclasses
import pathlib

from . import compare, jobs, releases, tracer

STARTED, ATTACHED = "started", "attached"


@dataclasses.dataclass
class Run:
    """What a scenario gets: release, tracer, and a folder of its own."""

    release: object
    tool: tracer.Tool
    folder: pathlib.Path

    @property
    def version(self):
        return self.release.version

    def one_chip(self, programs=False):
        """The device of this release for one chip; with programs: on which circular buffers come to be."""
        mock = releases.has_mock(self.version) and (releases.mock_runs_programs(self.version) or not programs)
        return "wormhole-1x1" if mock else "chip"


class Session:
    """In a `with` statement: the job rests, not traced yet if attached to; attach() changes that."""

    def __init__(self, run, mode, device=None, shape="1x1", stacks=True, **job_options):
        self.run = run
        self.mode = mode
        self.path = run.folder / f"{mode}.ttar"
        self.recorder = None
        self.options = [] if stacks else ["--stacks", "none"]
        prefix = run.tool.prefix(self.path, *self.options) if mode == STARTED else ()
        self.job = jobs.Job(run.release, device or run.one_chip(), shape, run.folder, prefix, **job_options)

    @property
    def chips(self):
        """Of the mesh, by the books that compare() closed."""
        return self.books["meshes"][0]["chips"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.recorder:
            self.recorder.close()
        self.job.close()

    def attach(self):
        """From here on the job's log is what the tracer can have seen."""
        if self.mode == ATTACHED:
            self.job.do("log.clear()")
            self.recorder = self.run.tool.attach(self.path, self.job.pid, options=self.options)

    def finish(self):
        """Ends the recording: in mid-run, or with its job."""
        if self.mode == ATTACHED:
            return self.recorder.stop()
        status = self.job.end()
        if status != 0:
            raise tracer.TracerError(f"record: status {status} of a job that ended in order: {self.job.last_words()}")
        return self.finished()

    def finished(self):
        """The recording of a job that has ended, with it the tracer."""
        return self.recorder.ended() if self.recorder else tracer.Recording(self.run.tool, self.path)

    def compare(self, meshes="mesh", totals=True, order=True):
        """Closes the books of the resting job and the recording; everything that can be compared."""
        books = self.books = self.job.books(meshes)
        log = self.job.do("out = log") if order else []
        checks = [*self.snapshots(books, totals)] if self.mode == ATTACHED else []
        recording = self.recording = self.finish()
        live = self.live = recording.live(books["unix_ns"] if self.mode == STARTED else None)
        checks += [certainty(live, self.mode), *compare.live_against(books, live)]
        if totals:
            checks.append(compare.totals_against(books, live))
        if order:
            checks.append(compare.order_against(log, before(recording.events(), live["t_ns"]), self.job.pid))
        return checks

    def snapshots(self, books, totals):
        snapshot = self.run.tool.snapshot(self.job.pid)
        yield compare.equal("the snapshot is complete", True, snapshot["complete"])
        yield from compare.snapshot_against(books, snapshot)
        if totals:
            yield compare.snapshot_totals_against(books, snapshot)


def certainty(view, mode):
    return compare.complete(view, "full" if mode == ATTACHED else None)


def before(events, t_ns):
    return [event for event in events if event["t_ns"] <= t_ns]


def in_both(run, scenario, *arguments, **options):
    """Runs scenario(session) started by the tracer and attached in mid-run; checks are marked with the mode."""
    checks = []
    for mode in (STARTED, ATTACHED):
        try:
            with Session(run, mode, *arguments, **options) as session:
                found = scenario(session)
        except tracer.TracerError as error:
            found = [compare.Check("the tracer works", 1, [str(error)])]
        checks += marked(mode, found)
    return checks


def marked(mode, checks):
    return [dataclasses.replace(check, what=f"{mode}: {check.what}") for check in checks]
