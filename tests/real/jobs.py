# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Starts jobs and talks with them. Whatever is started here is a process group of its own and is gone when its owner is closed."""
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading

HERE = pathlib.Path(__file__).parent
ANSWER = "#answer "
PATIENCE = 120  # seconds; the kernel is slow to set and to take probes where several tracers do it


class JobError(Exception):
    """A job died, hung or answered with an error."""


class Lines:
    """The lines of a stream, as they come; all of them stay."""

    def __init__(self, stream):
        self.seen = []
        self.waiting = queue.Queue()
        self.reader = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.reader.start()

    def read(self, stream):
        for line in stream:
            self.seen.append(line.rstrip("\n"))
            self.waiting.put(line.rstrip("\n"))
        self.waiting.put(None)

    def until(self, wanted, timeout):
        """The next line for which wanted(line) holds; None at the end of the stream or when the time is over."""
        while True:
            try:
                line = self.waiting.get(timeout=timeout)
            except queue.Empty:
                return None
            if line is None or wanted(line):
                return line

    def text(self):
        self.reader.join(10)
        return "\n".join(self.seen)


class Group:
    """A process group."""

    alive = set()

    def __init__(self, command, environment, folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE):
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
            text=True,
            errors="replace",
            bufsize=1,
            start_new_session=True,
        )
        Group.alive.add(self)
        self.out = Lines(self.process.stdout) if self.process.stdout else None
        self.err = Lines(self.process.stderr)

    def signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def wait(self, timeout=PATIENCE):
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise JobError(f"not ended after {timeout} s: {self.process.args[:3]}") from None

    def close(self):
        """Ends what still runs; a tracer gets the time to take its probes out of the kernel."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                pass
        self.signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        Group.alive.discard(self)
        if self.process.stdin:
            self.process.stdin.close()


def close_all():
    """Whatever still runs."""
    for group in list(Group.alive):
        group.close()


class Job(Group):
    """job.py with a release, on a device."""

    def __init__(self, release, device, shape, folder, prefix=(), fast=False, added=None, timeout=PATIENCE):
        environment = {**release.environment(device, fast), "TT_METAL_CACHE": str(folder / "kernels"), **(added or {})}
        self.start([*prefix, release.bench.python, HERE / "job.py", shape], environment, folder, timeout)

    def start(self, command, environment, folder, timeout):
        """Until it has opened its mesh."""
        super().__init__(command, environment, folder, stdin=subprocess.PIPE)
        self.timeout = timeout
        try:
            ready = self.answer()
        except JobError:
            self.close()
            raise
        self.pid = ready["pid"]
        self.started_ns = ready["unix_ns"]

    def answer(self):
        line = self.out.until(lambda text: text.startswith(ANSWER), self.timeout)
        if line is None:
            state = self.process.poll()
            raise JobError(f"no answer of the job ({'hangs' if state is None else f'status {state}'}): {self.last_words()}")
        answer = json.loads(line[len(ANSWER) :])
        if isinstance(answer, dict) and "error" in answer:
            raise JobError("in the job: " + answer["error"])
        return answer

    def last_words(self):
        words = [line for line in self.err.seen[-8:] + self.out.seen[-3:] if line.strip()]
        return " / ".join(words)[-400:]

    def send(self, code):
        try:
            self.process.stdin.write(json.dumps(code) + "\n")
        except BrokenPipeError:
            raise JobError(f"the job has gone: {self.last_words()}") from None

    def do(self, code):
        """Runs code in the job; its `out` comes back."""
        self.send(code)
        return self.answer()

    def books(self, meshes="mesh"):
        return self.do(f"out = books({meshes})")

    def end(self, timeout=PATIENCE):
        """Ends it in order (its meshes are closed by the runtime); its status."""
        self.process.stdin.write("exit\n")
        self.process.stdin.close()
        return self.wait(timeout)
