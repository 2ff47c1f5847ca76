# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""How processes begin and end: children, ends without a close, two copies of the runtime."""
import concurrent.futures
import dataclasses
import json
import os
import re
import signal

from .. import compare, jobs, tracer
from ..session import ATTACHED, STARTED, Session, certainty, in_both
from . import Scenario

VIEWS = ("summary", "live", "peak", "failures", "clash", "fits", "growth", "leaks", "devices", "owners", "anomalies", "gaps", "timeline")
FORKED = """
child = os.fork()
if child == 0:
    keep.clear()  # its copy: nothing of the parent's
    os._exit(0)
os.waitpid(child, 0)
"""
POOLED = """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    out = sum(pool.map(abs, range(100)))
"""


def children(code):
    def scenario(session):
        session.job.do("work(40)")
        session.attach()
        session.job.do("work(20)")
        session.job.do(code)
        session.job.do("work(20)")
        return session.compare()

    return scenario


def ends(code, exit_status, signal_number):
    """The job ends without closing anything: the exit takes all that the runtime held, and how it ended is told."""

    def scenario(session):
        session.job.do("work(40)")
        session.attach()
        session.job.do("work(40)")
        books = session.job.books()
        session.job.send(code)
        session.job.wait()
        recording = session.finished()
        held = len(compare.book_buffers(books))
        live = recording.live(books["unix_ns"])
        return [
            compare.exit_released_against(held, recording.events(), session.job.pid),
            compare.equal("how it ended", [exit_status, signal_number], ended(recording.live(), session.job.pid)),
            certainty(live, session.mode),
            *compare.live_against(books, live),
        ]

    return scenario


def ended(live, pid):
    return next([process["exit_status"], process["signal"]] for process in live["processes"] if process["pid"] == pid)


def interrupted(run):
    """Ctrl-C in the terminal of `record -- JOB`: both get it, the job goes on for a while. Nothing of that is lost."""
    with Session(run, STARTED) as session:
        session.job.do("signal.signal(signal.SIGINT, signal.SIG_IGN); work(40)")
        session.job.signal(signal.SIGINT)
        if session.job.err.until(lambda line: "waiting for the command to end" in line, session.job.timeout) is None:
            raise tracer.TracerError("record does not say that it waits for the command")
        session.job.do("work(40)")
        books = session.job.books()
        session.job.send("os._exit(7)")
        status = session.job.wait()
        recording = session.finished()
        return [
            compare.equal("its status is the command's", [7, [7, None]], [status, ended(recording.live(), session.job.pid)]),
            certainty(recording.live(books["unix_ns"]), STARTED),
            *compare.live_against(books, recording.live(books["unix_ns"])),
        ]


def waited_for(run):
    """`record -p PID --wait` before the runtime is loaded: from its first allocation on."""
    told, go = run.folder / "pid", run.folder / "go"
    os.mkfifo(told)
    os.mkfifo(go)
    prefix = ["sh", "-c", f'echo $$ >"{told}"; read line <"{go}"; exec "$@"', "sh"]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        starting = pool.submit(jobs.Job, run.release, run.one_chip(), "1x1", run.folder, prefix)
        recorder = run.tool.attach(run.folder / "waited.ttar", int(told.read_text()), wait=True)
        try:
            go.write_text("go\n")
            job = starting.result()
            try:
                job.do("work(40)")
                books = job.books()
                live = recorder.stop().live()
            finally:
                job.close()
        finally:
            recorder.close()
    return [certainty(live, ATTACHED), *compare.live_against(books, live)]


def refused(run):
    """A runtime that is not understood: it was not seen, and nothing is claimed of it in any view, format or status."""
    layout = run.folder / "layout.json"
    items = {"buffer.size": {"offset": 40960, "width": 8}}
    layout.write_text(json.dumps({"schema": "tt-alloc-trace/layout", "schema_version": 1, "items": items}))
    path = run.folder / "refused.ttar"
    prefix = [run.tool.path, "record", "--strict", "--layout", layout, "-o", path, "--"]
    job = jobs.Job(run.release, run.one_chip(), "1x1", run.folder, prefix)
    try:
        job.do("work(40)")
        status = job.end()
    finally:
        job.close()
    recording = tracer.Recording(run.tool, path)
    answers = {name: recording.view(name) for name in VIEWS}
    said = {name: [[one["pid"], one["partly"]] for one in view["not_seen"]["processes"]] for name, view in answers.items()}
    sure = {name: [view["complete"], view["known_before_attach"]] for name, view in answers.items()}
    texts = {name: run.tool.run("report", path, name) for name in VIEWS}
    texts["html"] = run.tool.run("report", path, "--format", "html")
    texts["record"] = job.err.text()
    claims = [name for name, text in texts.items() if re.search("^(every figure|nothing|no (leaks|clash|failed|device|live|owner))", text, re.M)]
    return [
        compare.equal("processes not seen", {name: [[job.pid, False]] for name in VIEWS}, said),
        compare.equal("complete, known before the attach", {name: [False, "none"] for name in VIEWS}, sure),
        compare.equal("named in texts", {name: True for name in texts}, {name: "was not seen" in text for name, text in texts.items()}),
        compare.equal("nothing is claimed, status", [[], 5], [claims, status]),
        compare.equal("said at once, and once", {"lines": 1}, {"lines": texts["record"].count(" is not seen: ")}),
    ]


def two_copies(run):
    """The same release twice on disk, a job on each, one recording: what each holds must stay apart."""
    copy = run.release.copy_to(run.folder / "copy")
    second = dataclasses.replace(run, release=copy)
    with Session(run, ATTACHED) as one, Session(second, ATTACHED) as other:
        sessions = (one, other)
        for steps, session in zip((30, 50), sessions):
            session.job.do(f"work({steps})")
        recorder = run.tool.attach(run.folder / "both.ttar", one.job.pid, other.job.pid)
        try:
            for session in sessions:
                session.job.do("work(30)")
            all_books = [session.job.books() for session in sessions]
            live = recorder.stop().live()
        finally:
            recorder.close()
        libraries = {session.job.do("out = mapped_runtime()") for session in sessions}
    checks = [compare.equal("two libraries are in use", 2, len(libraries)), certainty(live, ATTACHED)]
    for session, books in zip(sessions, all_books):
        own = {"buffers": [buffer for buffer in live["buffers"] if buffer["pid"] == session.job.pid]}
        checks += compare.live_against(books, own)
    return checks


SCENARIOS = [
    Scenario("fork", lambda run: in_both(run, children(FORKED))),
    Scenario("multiprocessing", lambda run: in_both(run, children(POOLED))),
    Scenario("exit without close", lambda run: in_both(run, ends("os._exit(3)", 3, None))),
    Scenario("Ctrl-C of a command", interrupted),
    Scenario("waited for", waited_for),
    Scenario("refused", refused),
    Scenario("two copies of the runtime", two_copies),
    Scenario("SIGKILL", lambda run: in_both(run, ends("os.kill(os.getpid(), signal.SIGKILL)", None, 9))),
]
