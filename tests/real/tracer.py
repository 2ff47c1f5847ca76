# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""The product, driven by its command line alone."""
import datetime
import json
import os
import signal
import subprocess

from .jobs import PATIENCE, Group


class TracerError(Exception):
    """The tracer refused, failed or hung."""


class Recording:
    """A file that holds a recording, and what may be asked of it."""

    def __init__(self, tool, path):
        self.tool = tool
        self.path = path

    def view(self, name, *options):
        return json.loads(self.tool.run("report", self.path, name, "--format", "json", *options))

    def live(self, at_unix_ns=None):
        return self.view("live", *([] if at_unix_ns is None else ["--at", utc(at_unix_ns)]))

    def events(self):
        """All events, without the first and the last line, which are about the recording."""
        lines = self.tool.run("export", self.path, "--to", "jsonl").splitlines()
        return [json.loads(line) for line in lines[1:-1]]


class Recorder:
    """`record`: attached when this exists. command: the tool's, where it does not run as itself."""

    def __init__(self, tool, path, *options, command=None):
        self.recording = Recording(tool, path)
        self.status = None
        self.group = Group([*(command or [tool.path]), "record", "-o", path, *options], tool.environment, path.parent)
        if self.group.err.until(lambda line: "attached to" in line, PATIENCE) is None:
            self.group.close()
            raise TracerError("record: " + last_line(self.group.err.text()))

    def stop(self, expected=(0,)):
        """Ends it and waits until all is written."""
        if self.group.process.poll() is None:
            self.group.process.send_signal(signal.SIGINT)
        return self.ended(expected)

    def ended(self, expected=(0,)):
        self.status = self.group.wait()
        if self.status not in expected:
            raise TracerError(f"record: status {self.status}: " + last_line(self.group.err.text()))
        return self.recording

    def close(self):
        self.group.close()


class Tool:
    def __init__(self, path):
        self.path = path
        self.environment = dict(os.environ)

    def run(self, *words, timeout=120):
        command = [str(self.path), *map(str, words)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise TracerError(f"{words[0]}: not done after {timeout} s") from None
        if done.returncode != 0:
            raise TracerError(f"{words[0]}: status {done.returncode}: {last_line(done.stderr)}")
        return done.stdout

    def prefix(self, path, *options):
        """Before a command: records it from its start."""
        return [self.path, "record", "-o", path, *options, "--"]

    def attach(self, path, *pids, strict=False, wait=False, options=()):
        """To these processes; without any to all there are, and will be."""
        targets = [word for pid in pids for word in ("-p", pid)] or ["-a"]
        options = [*options, *(["--strict"] if strict else []), *(["--wait"] if wait else [])]
        return Recorder(self, path, *targets, *options)

    def refused(self, *words):
        """What it says when it does not do it."""
        done = subprocess.run([str(self.path), *map(str, words)], capture_output=True, text=True, timeout=120)
        if done.returncode == 0:
            raise TracerError(f"{words[0]}: was to be refused")
        return done.stderr

    def snapshot(self, pid):
        return json.loads(self.run("snapshot", "-p", pid, "--format", "json"))

    def watch(self, pid):
        return json.loads(self.run("watch", "-p", pid, "--once", "--format", "json"))


def utc(unix_ns):
    """RFC 3339 with nanoseconds."""
    seconds, rest = divmod(unix_ns, 10**9)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no message"
