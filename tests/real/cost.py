# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""What tracing costs a job that allocates and frees as fast as it can: processor time per event, the tracers in turn.

The floor is an empty program on the same two probes; bpftrace printing the fields that a recording holds is the alternative."""
import json
import pathlib
import shutil
import tempfile
import time

from . import jobs, tracer

PAIRS = 20000
SETTLE_SECONDS = 1  # bpftrace says that it begins to attach, not that it has
LOOP = f"""
def loop():
    shape = ttnn.Shape([1, 1, 64, 64])
    begin = time.process_time()
    for _ in range({PAIRS}):
        ttnn.deallocate(ttnn.allocate_tensor_on_device(shape, ttnn.bfloat16, ttnn.TILE_LAYOUT, mesh, DRAM))
    return (time.process_time() - begin) / (2 * {PAIRS}) * 1e6
loop()
out = mapped_runtime()
"""


class Bpftrace(jobs.Group):
    def __init__(self, program, folder):
        output = folder / "bpftrace.out"
        output.unlink(missing_ok=True)
        super().__init__(["bpftrace", "-o", output, "-e", program], None, folder)
        while not output.exists() or "Attaching" not in output.read_text():
            if self.process.poll() is not None:
                raise tracer.TracerError("bpftrace: " + self.err.text())
            time.sleep(0.05)
        time.sleep(SETTLE_SECONDS)


def probes_of(tool, library):
    """Symbols of the probes of allocations and frees, as the product says it would use them, and where its fields are."""
    doctor = json.loads(tool.run("doctor", "--library", library, "--format", "json"))
    symbols = {probe["role"]: probe["symbol"] for probe in doctor["probes"]}
    layout = json.loads(tool.run("doctor", "--library", library, "--dump-layout"))["items"]
    return symbols, layout


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
    symbols, layout = probes_of(tool, library)
    pimpl = "BufferImpl" in symbols["freed"]
    sites = [(symbols["allocated"], 1), (symbols["freed"], 1 if pimpl else 0)]
    body = {"floor": lambda argument: "", "bpftrace": lambda argument: printing(layout, argument)}
    program = {
        mode: " ".join(f"uprobe:{library}:{symbol} {{ {text(argument)} }}" for symbol, argument in sites)
        for mode, text in body.items()
    }
    best = {}
    for _ in range(rounds):
        for mode in ("bare", "floor", "tt-alloc-trace", "bpftrace"):
            running = None
            if mode in program:
                running = Bpftrace(program[mode], folder)
            elif mode != "bare":
                running = tracer.Recorder(tool, folder / "cost.ttar", "-p", str(job.pid), "--force")
            spent = job.do("out = loop()")
            if running:
                running.close()
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
