# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""What each reader makes of an export, held against the report. Run by the readers' own Python."""
import argparse
import json
import os
import pathlib
import pickle
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from .figures import Recording, chips_of

ROOT = pathlib.Path(__file__).parents[2]
PATIENCE = 60  # seconds for a server to come up


def same(what, expected, seen):
    """A line for each difference."""
    if expected == seen:
        return [(what, None)]
    if not isinstance(expected, dict) or not isinstance(seen, dict):
        return [(what, f"the report says {expected}, the reader {seen}")]
    wrong = [key for key in sorted({*expected, *seen}, key=str) if expected.get(key) != seen.get(key)]
    return [(what, f"{key}: the report says {expected.get(key)}, the reader {seen.get(key)}") for key in wrong[:3]]


def peak_bytes(recording):
    return {key: row["bytes"] for key, row in recording.peaks().items()}


# --- tables of events


def duckdb_reader(recording, _):
    import duckdb

    def ask(name):
        return duckdb.sql((ROOT / "docs/sql/duckdb" / f"{name}.sql").read_text())

    recording.export("csv", "events.csv")
    yield from same("peaks", peak_bytes(recording), {row[:3]: row[3] for row in ask("peak").fetchall()})
    yield from same("failures", recording.failures(), len(ask("failures").fetchall()))
    duckdb.sql((ROOT / "docs/sql/duckdb/parquet.sql").read_text())
    rows = duckdb.sql("SELECT (SELECT count(*) FROM 'events.parquet') = (SELECT count(*) FROM 'events.csv')").fetchall()[0][0]
    yield from same("rows as Parquet", True, rows)
    recording.export("csv", "events.csv", "--at", "close")
    yield from same("live", recording.live(), {row[:3]: row[3] for row in ask("live").fetchall()})


def clickhouse_reader(recording, _):
    import chdb

    def ask(name):
        lines = str(chdb.query((ROOT / "docs/sql/clickhouse" / f"{name}.sql").read_text(), "JSONEachRow")).splitlines()
        return [json.loads(line) for line in lines]

    def by_place(rows, column):
        return {(row["pid"], row["chip"], row["type"]): int(row[column]) for row in rows}

    recording.export("csv", "events.csv")
    yield from same("peaks", peak_bytes(recording), by_place(ask("peak"), "peak_bytes"))
    yield from same("failures", recording.failures(), len(ask("failures")))
    recording.export("csv", "events.csv", "--at", "close")
    yield from same("live", recording.live(), by_place(ask("live"), "bytes"))


def pandas_reader(recording, _):
    import pandas

    def peaks(table):
        table["step"] = (table["kind"] != "held_twice").cumsum()  # such a line belongs to the one before it
        table = table[table["delta_footprint"].fillna(0) != 0].copy()
        table["chip"] = table["chips"].map(lambda chips: json.loads(chips) if isinstance(chips, str) else chips)
        steps = table.explode("chip").groupby(["pid", "chip", "type", "step"])["delta_footprint"].sum()
        used = steps.groupby(level=["pid", "chip", "type"]).cumsum().groupby(level=["pid", "chip", "type"]).max()
        return {(int(pid), chip, kind): int(most) for (pid, chip, kind), most in used.items()}

    csv = pandas.read_csv(recording.export("csv", "events.csv"), low_memory=False)
    yield from same("peaks of csv", peak_bytes(recording), peaks(csv))
    lines = pandas.read_json(recording.export("jsonl", "events.jsonl"), lines=True)
    yield from same("peaks of jsonl", peak_bytes(recording), peaks(lines))


# --- pictures

BUFFER_TYPES = {"DRAM": 0, "L1": 1, "L1_SMALL": 3, "TRACE": 4}


class Visualizer:
    """Its server, with one report."""

    def __init__(self, readers, folder):
        self.port = 20000 + os.getpid() % 20000
        command = [readers / "python/bin/ttnn-visualizer", "--profiler-path", folder, "--host", "127.0.0.1", "--port", str(self.port)]
        environment = {**os.environ, "HOME": str(folder.parent), "BROWSER": "true"}
        self.log = open(folder.parent / "server.log", "w+")
        self.process = subprocess.Popen(command, env=environment, cwd=folder.parent, stdout=self.log, stderr=self.log, start_new_session=True)

    def __enter__(self):
        for _ in range(PATIENCE * 5):
            found = re.search(r"instanceId=(\w+)", (pathlib.Path(self.log.name)).read_text())
            if found:
                self.instance = found[1]
                return self
            time.sleep(0.2)
        raise RuntimeError("ttnn-visualizer did not start")

    def __exit__(self, *_):
        os.killpg(self.process.pid, 15)
        self.process.wait()
        self.log.close()

    def get(self, route):
        separator = "&" if "?" in route else "?"
        url = f"http://127.0.0.1:{self.port}/api/{route}{separator}instanceId={self.instance}"
        for attempt in range(PATIENCE * 5):
            try:
                return json.load(urllib.request.urlopen(url, timeout=PATIENCE))
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"{route}: {error.code}") from None
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"{route}: no answer")


def visualizer_reader(recording, readers):
    recording.export("ttnn-visualizer", "viewer/db.sqlite")
    with Visualizer(readers, recording.folder / "viewer") as server:
        operations = server.get("operations")
        devices = {row["device_id"]: row for row in server.get("devices")}
        yield from same("schema", "3.5", server.get("report-metadata").get("schema_version"))
        yield from same("failures", recording.failures(), sum(1 for one in server.get("errors") if one["error_type"] == "allocation failed"))
        chips = {
            int(argument["name"].split()[1]): chips_of(argument["value"])
            for argument in operations[-1]["arguments"]
            if argument["name"].startswith("device ")
        }
        banks = recording.banks()
        for (_, chip, kind), row in recording.peaks().items():
            operation = next((one["id"] for one in operations if is_peak(one["name"], kind, chip)), None)
            held = server.get(f"operation-buffers/{operation}")["buffers"] if operation else []
            there = [one for one in held if one["buffer_type"] == BUFFER_TYPES[kind] and chip in chips[one["device_id"]]]
            seen = sum(one["size"] for one in there) * banks[kind] - row["double_bytes"]
            yield from same(f"peak of {kind} on chip {chip}", row["bytes"], seen)
        if any("cb_alloc" in line for line in recording.run("export", recording.path, "--to", "jsonl").splitlines()):
            graphs = [one for one in operations if any(node["node_type"] == "circular_buffer_allocate" for node in one["device_operations"])]
            yield from same("circular buffers are shown", True, bool(graphs))
        yield from same("devices have cores", True, any(row["num_x_cores"] > 0 for row in devices.values()))


def is_peak(name, kind, chip):
    """Of an operation such as "peak of L1 on chips 0-2,4-7 (11.6 MiB), peak of L1 on chip 3 (11.8 MiB), 3.05 s"."""
    return any(chip in chips_of(words) for words in re.findall(rf"peak of {re.escape(kind)} on (chips? [\d,-]+)", name))


def torch_reader(recording, readers):
    path = recording.export("torch-pickle", "snapshot.pickle")
    shown = subprocess.run([sys.executable, readers / "torch/cuda/_memory_viz.py", "trace", path], capture_output=True, text=True)
    yield from same("_memory_viz.py reads it", 0, shown.returncode)
    yield from same("failures", recording.failures(), shown.stdout.count("OutOfMemoryError"))
    page = recording.folder / "page.html"
    drawn = subprocess.run([sys.executable, readers / "torch/cuda/_memory_viz.py", "trace_plot", path, "-o", page], capture_output=True)
    yield from same("the page is made", 0, drawn.returncode)
    with open(path, "rb") as file:
        snapshot = pickle.load(file)
    peaks = {}
    for name, trace in zip(snapshot["tt_alloc_trace"]["devices"], snapshot["device_traces"]):
        owner, kind, banks = re.match(r"(.*) (\w+), bytes of one bank of (\d+) of ", name).groups()
        for chip in chips_of(owner):
            peaks.setdefault((chip, kind), []).append(highest(trace, snapshot, name) * int(banks))
    report = {(chip, kind): row["bytes"] for (_, chip, kind), row in recording.peaks().items()}
    alone = {place: values[0] for place, values in peaks.items() if len(values) == 1}  # else the owners' peaks are of several moments
    yield from same("peaks of chips of one owner", {place: report[place] for place in alone}, alone)


def highest(trace, snapshot, name):
    """As the page draws it: what is held at the end and was allocated before the trace lies at the bottom."""
    device = snapshot["tt_alloc_trace"]["devices"].index(name)
    blocks = [block for one in snapshot["segments"] if one["device"] == device for block in one["blocks"] if block["state"] == "active_allocated"]
    used = sum(block["size"] for block in blocks)
    peak = used
    for entry in reversed(trace):
        used += {"alloc": -1, "free_completed": 1}.get(entry["action"], 0) * entry["size"]
        peak = max(peak, used)
    return peak


READERS = {
    "DuckDB": duckdb_reader,
    "ClickHouse": clickhouse_reader,
    "pandas": pandas_reader,
    "ttnn-visualizer": visualizer_reader,
    "PyTorch": torch_reader,
}


def try_reader(name, recording, readers):
    begin = time.monotonic()
    try:
        results = list(READERS[name](recording, readers))
    except Exception as error:  # of one reader: the others can still be tried
        results = [("it reads the export", f"{type(error).__name__}: {error}")]
    wrong = [f"{what}: {difference}" for what, difference in results if difference]
    words = "; ".join(wrong[:4]) if wrong else f"{len(results)} checks"
    print(f"{recording.path.name:24} {name:16} {'WRONG' if wrong else 'ok':6} {time.monotonic() - begin:5.1f} s  {words}", flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser(prog="scripts/readers", description="Compares the figures of readers of exports with the report's.")
    parser.add_argument("recordings", nargs="+", type=pathlib.Path, metavar="RECORDING")
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build" / "tt-alloc-trace")
    parser.add_argument("--reader", action="append", choices=[*READERS], help="only this one; may be given several times")
    parser.add_argument("--readers", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    good = True
    for path in options.recordings:
        with tempfile.TemporaryDirectory(prefix="tat-readers-") as folder:
            recording = Recording(options.tool.resolve(), path.resolve(), pathlib.Path(folder))
            os.chdir(folder)  # the queries of docs/sql read events.csv there
            for name in options.reader or READERS:
                good = try_reader(name, recording, options.readers) and good
            os.chdir("/")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
