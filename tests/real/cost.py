# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""What tracing costs a job that allocates and frees as fast as it can: processor time per event, the tracers in turn.

The floor is an empty program in the same two functions; bpftrace printing the fields that a recording holds is the alternative."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

from . import jobs, tracer

CHUNKS, PAIRS = 40, 1000  # of a round; short, as the best of many is less disturbed by others
BREAKPOINT = b"\xcc"
RECORDERS = {  # mode -> options of record; a free takes no stack
    "tt-alloc-trace": ["--stacks", "none"],
    "Python stacks": ["--stacks", "python"],
    "native stacks": ["--stacks", "native"],
    "all stacks": ["--stacks", "all"],
}
LOOP = f"""
def chunk():
    shape = ttnn.Shape([1, 1, 64, 64])
    begin = time.process_time()
    for _ in range({PAIRS}):
        ttnn.deallocate(ttnn.allocate_tensor_on_device(shape, ttnn.bfloat16, ttnn.TILE_LAYOUT, mesh, DRAM))
    return (time.process_time() - begin) / (2 * {PAIRS}) * 1e6
def loop():
    return min(chunk() for _ in range({CHUNKS}))
loop()
out = mapped_runtime()
"""


def probes_of(tool, library):
    """Probes of allocations and frees by role, as the product says it would use them, and where its fields are."""
    doctor = json.loads(tool.run("doctor", "--library", library, "--format", "json"))
    probes = {probe["role"]: probe for probe in doctor["probes"]}
    layout = json.loads(tool.run("doctor", "--library", library, "--dump-layout"))["items"]
    return probes, layout


def entry_of(library, symbol):
    """Offset of a function in its file."""
    names = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    address = next(int(line.split()[0], 16) for line in names.splitlines() if line.split()[2:] == [symbol])
    segments = subprocess.run(["readelf", "-lW", library], capture_output=True, text=True, check=True).stdout
    for words in (line.split() for line in segments.splitlines()):
        if words[:1] == ["LOAD"]:
            offset, begin, size = int(words[1], 16), int(words[2], 16), int(words[4], 16)
            if begin <= address < begin + size:
                return address - begin + offset
    raise tracer.TracerError(f"{symbol} of {library} is in no segment")


class Sites:
    """Instructions in the job's memory: the kernel puts a breakpoint there while a tracer is attached."""

    def __init__(self, pid, library, offsets):
        self.memory = open(f"/proc/{pid}/mem", "rb", buffering=0)
        self.addresses = [address_of(pid, library, offset) for offset in offsets]

    def wait_for(self, probed):
        until = time.monotonic() + jobs.PATIENCE
        while any((self.byte_at(address) == BREAKPOINT) != probed for address in self.addresses):
            if time.monotonic() > until:
                raise tracer.TracerError("the probes did not come" if probed else "the probes did not go")
            time.sleep(0.01)

    def byte_at(self, address):
        self.memory.seek(address)
        return self.memory.read(1)


def address_of(pid, library, offset):
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, permissions, start, _, _, *path = line.split()
        begin, end = (int(bound, 16) for bound in span.split("-"))
        at = begin + offset - int(start, 16)
        if path == [library] and "x" in permissions and begin <= at < end:
            return at
    raise tracer.TracerError(f"{library} is not mapped")


def printing(layout, argument):
    holder = f"arg{argument}"
    if layout.get("buffer.impl"):
        holder = f"*(uint64 *)({holder} + {layout['buffer.impl']['offset']})"
    fields = ["owner", "size", "address", "page_size", "allocator"]
    values = [f"*(uint64 *)({holder} + {layout['buffer.' + name]['offset']})" for name in fields]
    return 'printf("%llu %d %llx' + " %llx" * len(fields) + '\\n", nsecs, tid, arg%d, %s);' % (argument, ", ".join(values))


def measure(release, tool, rounds):
    """mode -> processor time of the job per event, microseconds, best of the rounds."""
    if shutil.which("bpftrace") is None:
        raise tracer.TracerError("no bpftrace: scripts/setup bench")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tat-cost-"))
    device = "wormhole-1x1"
    job = jobs.Job(release, device, "1x1", folder)
    library = job.do(LOOP)
    probes, layout = probes_of(tool, library)
    probed = [probes["allocated"], probes["freed"]]
    pimpl = "BufferImpl" in probes["freed"]["symbol"]
    body = {"floor": lambda argument: "", "bpftrace": lambda argument: printing(layout, argument)}
    commands = {
        mode: " ".join(
            f"uprobe:{library}:{probe['symbol']} {{ {text(argument)} }}" for probe, argument in zip(probed, (1, int(pimpl)))
        )
        for mode, text in body.items()
    }
    probed_by_tool = Sites(job.pid, library, [int(probe["offset"], 16) for probe in probed])
    entries = Sites(job.pid, library, [entry_of(library, probe["symbol"]) for probe in probed])
    best = {}
    for _ in range(rounds):
        for mode in ("bare", "floor", *RECORDERS, "bpftrace"):
            running = None
            sites = entries if mode in commands else probed_by_tool
            if mode in commands:
                running = jobs.Group(["bpftrace", "-o", folder / "bpftrace.out", "-e", commands[mode]], None, folder)
            elif mode != "bare":
                running = tracer.Recorder(tool, folder / "cost.ttar", "-p", str(job.pid), "--force", *RECORDERS[mode])
            if running:
                sites.wait_for(True)
            spent = job.do("out = loop()")
            if running:
                running.close()
            sites.wait_for(False)
            best[mode] = min(spent, best.get(mode, spent))
    job.close()
    shutil.rmtree(folder, ignore_errors=True)
    return best


def print_cost(version, best):
    floor = best["floor"] - best["bare"]
    print(f"{version}: processor time of the job per allocation or free")
    for mode, spent in best.items():
        added = spent - best["bare"]
        print(f"  {mode:16} {spent:6.2f} us" + (f"  {added:+5.2f} us, {added / floor:4.2f} of the floor" if mode != "bare" else ""))
