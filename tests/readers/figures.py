# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""A recording, its figures by the report, and its exports."""
import json
import re
import subprocess

BUFFERS = ("DRAM", "L1", "L1_SMALL", "TRACE")


class Recording:
    def __init__(self, tool, path, folder):
        self.tool = tool
        self.path = path
        self.folder = folder

    def run(self, *words):
        done = subprocess.run([str(self.tool), *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]}: {done.stderr.strip()}")
        return done.stdout

    def view(self, name, *options):
        return json.loads(self.run("report", self.path, name, "--format", "json", *options))

    def export(self, form, name, *options):
        target = self.folder / name
        target.parent.mkdir(exist_ok=True)
        self.run("export", self.path, "--to", form, "-o", target, "--force", *options)
        return target

    def peaks(self):
        """(pid, chip, type) -> the row of `report peak`."""
        rows = self.view("peak")["peak"]
        return {(row["pid"], row["chip"], row["type"]): row for row in rows if row["type"] in BUFFERS}

    def failures(self):
        return sum(row["count"] for row in self.view("failures")["failures"])

    def capacity(self):
        """Rows of `report live`, at the end or before all was given back."""
        return [row for row in self.view("live")["capacity"] if row["type"] in BUFFERS]

    def live(self):
        """(pid, chip, type) -> bytes reserved."""
        return {(row["pid"], row["chip"], row["type"]): row["used_bytes"] for row in self.capacity() if row["used_bytes"]}

    def banks(self):
        """type -> banks of a chip"""
        return {row["type"]: row["banks"] for row in self.capacity()}


def chips_of(label):
    """"mesh 0 (chips 0-2,5) of ..." -> {0, 1, 2, 5}"""
    found = re.search(r"chips? ([\d,-]+)", label.split(" of ")[0])
    listed = found[1] if found else ""
    chips = set()
    for part in filter(None, listed.split(",")):
        first, _, last = part.partition("-")
        chips.update(range(int(first), int(last or first) + 1))
    return chips

