# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Containers of one image: their libraries are one file of the kernel, seen through as many mounts; pids are two numbers each."""
import contextlib

from .. import compare, containers, tracer
from . import Scenario, mock_devices

EVERY_PROCESS = ()


@contextlib.contextmanager
def jobs_in_containers(run, count):
    image = containers.Image(run.release).make()
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(start(run, image))) for _ in range(count)]


def start(run, image, prefix=()):
    return containers.ContainerJob(image, run.one_chip(), "1x1", run.folder, prefix)


@contextlib.contextmanager
def recording(recorder):
    try:
        yield recorder
    finally:
        recorder.close()


def side_by_side(count, by_pid):
    """Each of several jobs against its own books; by_pid: each is given, else all processes are traced."""

    def scenario(run):
        with jobs_in_containers(run, count) as jobs:
            for number, job in enumerate(jobs):
                job.do(f"work({30 + 20 * number}); log.clear()")
            libraries = {job.do("out = os.stat(mapped_runtime()).st_ino") for job in jobs}
            pids = [job.pid for job in jobs] if by_pid else EVERY_PROCESS
            with recording(run.tool.attach(run.folder / "all.ttar", *pids)) as recorder:
                for number, job in enumerate(jobs):
                    job.do(f"work({60 - 10 * number})")
                return [
                    compare.equal("files of the library", 1, len(libraries)),
                    *against_books(run, recorder, {job.pid: job for job in jobs}),
                ]

    return scenario


def against_books(run, recorder, jobs):
    """jobs: by the pid that the tracer sees. Ends the recording."""
    logs = {pid: job.do("out = log") for pid, job in jobs.items()}
    books = {pid: job.books() for pid, job in jobs.items()}
    done = recorder.stop()
    live, events = done.live(), done.events()
    checks = [compare.complete(live)]
    for pid in jobs:
        own = {"buffers": [buffer for buffer in live["buffers"] if buffer["pid"] == pid]}
        checks += [
            compare.equal("known before the attach", "full", of_process(live, pid)["known_before"]),
            *compare.live_against(books[pid], own),
            compare.order_against(logs[pid], [event for event in events if event["t_ns"] <= live["t_ns"]], pid),
            compare.equal("frees of what is free", {"double": 0}, {"double": doubles(events, pid)}),
        ]
    return checks


def of_process(live, pid):
    return next(process for process in live["processes"] if process["pid"] == pid)


def doubles(events, pid):
    return sum(event["kind"] == "free" and event["reason"] == "double" for event in events if event.get("pid") == pid)


def started_later(run):
    """Under `-a`: nothing of it is missed, though its dynamic linker and its library are the container's own."""
    image = containers.Image(run.release).make()
    with recording(run.tool.attach(run.folder / "later.ttar")) as recorder:
        with contextlib.closing(start(run, image)) as job:
            job.do("log.clear(); work(60)")
            books = job.books()
            recorded = recorder.stop()
            live = recorded.live()
            own = {"buffers": [buffer for buffer in live["buffers"] if buffer["pid"] == job.pid]}
            known = of_process(live, job.pid)["known_before"]
            return [compare.equal("known before", "full", known), *compare.live_against(books, own)]


def started_by_command(run):
    """`record -- podman run ...`."""
    image = containers.Image(run.release).make()
    path = run.folder / "command.ttar"
    with contextlib.closing(start(run, image, run.tool.prefix(path))) as job:
        job.do("work(60)")
        books = job.books()
        status = job.end()
        live = tracer.Recording(run.tool, path).live(books["unix_ns"])
        own = {"buffers": [buffer for buffer in live["buffers"] if buffer["pid"] == job.pid]}
        return [
            compare.equal("status", {"status": 0}, {"status": status}),
            compare.complete(live),
            *compare.live_against(books, own),
        ]


def beside(*options):
    """The tracer in the job's pid namespace: it sees the container's own numbers."""

    def scenario(run):
        with jobs_in_containers(run, 1) as [job]:
            job.do("work(40); log.clear()")
            command = job.sidecar(run.tool, run.folder)
            with recording(tracer.Recorder(run.tool, run.folder / "beside.ttar", *options, command=command)) as recorder:
                job.do("work(40)")
                return against_books(run, recorder, {job.own_pid: job})

    return scenario


def killed(run):
    """A container that is killed while it is traced."""
    with jobs_in_containers(run, 1) as [job]:
        job.do("work(40)")
        with recording(run.tool.attach(run.folder / "killed.ttar", job.pid)) as recorder:
            job.do("work(40)")
            books = job.books()
            job.podman("kill", "--signal", "KILL")
            job.wait()
            recorded = recorder.ended()
            held = len(compare.book_buffers(books))
            process = of_process(recorded.live(), job.pid)
            return [
                compare.exit_released_against(held, recorded.events(), job.pid),
                compare.equal("how it ended", [None, 9], [process["exit_status"], process["signal"]]),
                *compare.live_against(books, recorded.live(books["unix_ns"])),
            ]


def paused_before(run):
    """Attached to while it is paused: what it holds may be in the middle of a change, so nothing is claimed, until it goes on."""
    with jobs_in_containers(run, 1) as [job]:
        job.do("work(40); log.clear()")
        books = job.books()
        job.podman("pause")
        try:
            with recording(run.tool.attach(run.folder / "paused.ttar", job.pid, strict=True)) as recorder:
                process = of_process(recorder.stop((0, 5)).live(), job.pid)
        finally:
            job.podman("unpause")
        full = process["known_before"] == "full"
        checks = [compare.equal("status", {"status": 0 if full else 5}, {"status": recorder.status})]
        with recording(run.tool.attach(run.folder / "resumed.ttar", job.pid, strict=True)) as recorder:
            job.do("work(40)")
            return checks + against_books(run, recorder, {job.pid: job})


def paused_meanwhile(run):
    """Paused and continued under the trace: nothing is missed."""
    with jobs_in_containers(run, 1) as [job]:
        job.do("work(40); log.clear()")
        with recording(run.tool.attach(run.folder / "meanwhile.ttar", job.pid, strict=True)) as recorder:
            job.do("work(40)")
            job.podman("pause")
            job.podman("unpause")
            job.do("work(20)")
            return against_books(run, recorder, {job.pid: job})


def library_removed(run):
    """The files that a container runs are gone, as when its image is removed: what is mapped is there still."""
    with jobs_in_containers(run, 1) as [job]:
        job.do("work(40); log.clear(); os.unlink(mapped_runtime())")
        with recording(run.tool.attach(run.folder / "removed.ttar")) as recorder:
            job.do("work(40)")
            return against_books(run, recorder, {job.pid: job})


def library_changed(run):
    """One container changes the mode of its library before it loads it: it has a copy of its own then, which overlayfs gives the number
    of the image's. Touched under the trace, that copy stays the same file."""
    with jobs_in_containers(run, 2) as jobs:
        changed = jobs[1]
        changed.send("os.chmod(mapped_runtime(), 0o700); os.execv(sys.executable, [sys.executable, *sys.argv])")
        changed.answer()
        for job in jobs:
            job.do("work(40); log.clear()")
        with recording(run.tool.attach(run.folder / "changed.ttar")) as recorder:
            for job in jobs:
                job.do("work(40)")
            changed.do("os.utime(mapped_runtime()); os.system('true'); work(20)")
            return against_books(run, recorder, {job.pid: job for job in jobs})


def own_pid(run):
    """A container's own pid given on the host: the host's is named."""
    with jobs_in_containers(run, 1) as [job]:
        words = run.tool.refused("record", "-o", run.folder / "none.ttar", "-p", job.own_pid)
        return [compare.equal("the host's pid is named", True, f"-p {job.pid}" in words)]


SCENARIOS = [
    Scenario("containers: 2, every process", side_by_side(2, False), mock_devices),
    Scenario("containers: 3, every process", side_by_side(3, False), mock_devices),
    Scenario("containers: 2, by pid", side_by_side(2, True), mock_devices),
    Scenario("containers: 3, by pid", side_by_side(3, True), mock_devices),
    Scenario("containers: started later", started_later, mock_devices),
    Scenario("containers: command", started_by_command, mock_devices),
    Scenario("containers: tracer beside, all", beside("-a"), mock_devices),
    Scenario("containers: tracer beside, pid", beside("-p", "1"), mock_devices),
    Scenario("containers: killed", killed, mock_devices),
    Scenario("containers: attached while paused", paused_before, mock_devices),
    Scenario("containers: paused under trace", paused_meanwhile, mock_devices),
    Scenario("containers: library removed", library_removed, mock_devices),
    Scenario("containers: library changed", library_changed, mock_devices),
    Scenario("containers: a pid of its own", own_pid, mock_devices),
]
