# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""The runtime's books against what the product says. Pure functions: nothing is started, read or waited for here.

Each gives a Check: what was compared, how many things, and how they differ. A check of nothing is a failed one.
"""
import collections
import dataclasses
import itertools
import re

TRUE_FREES = ("freed", "before attach", "in a gap")  # of a buffer that was live, known or not
NOTHING = "there was nothing to compare"


@dataclasses.dataclass
class Check:
    what: str
    count: int
    differences: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        if self.count == 0 and not self.differences:
            self.differences = [NOTHING]

    @property
    def right(self):
        return not self.differences


def equal(what, truth, seen):
    """One value."""
    return Check(what, 1 if truth else 0, [] if truth == seen else [unlike(truth, seen)])


def multiset(what, truth, seen, words=str):
    """The same things equally often, in any order."""
    left, right = collections.Counter(truth), collections.Counter(seen)
    missing = [f"missing: {words(one)}" for one in (left - right).elements()]
    extra = [f"too much: {words(one)}" for one in (right - left).elements()]
    both = itertools.zip_longest(missing, extra)
    return Check(what, sum(left.values()), [difference for pair in both for difference in pair if difference])


def by_key(what, truth, seen, words=str):
    """Values of what is there in both; that one of them has it alone is another check's affair."""
    both = [key for key in truth if key in seen]
    differences = [f"{words(key)}: {unlike(truth[key], seen[key])}" for key in both if truth[key] != seen[key]]
    return Check(what, len(both), differences)


def unlike(truth, seen):
    """Of two dictionaries only what differs."""
    if isinstance(truth, dict) and isinstance(seen, dict):
        names = [name for name in truth if truth[name] != seen[name]]
        truth, seen = ({name: of[name] for name in names} for of in (truth, seen))
    return f"truth {truth}, seen {seen}"


def sequence(what, truth, seen, words=str):
    """The same things in the same order."""
    for place, (left, right) in enumerate(zip(truth, seen)):
        if left != right:
            return Check(what, len(truth), [f"{place + 1}. of {len(truth)}: truth {words(left)}, seen {words(right)}"])
    if len(truth) != len(seen):
        return Check(what, len(truth), [f"truth {len(truth)}, seen {len(seen)}"])
    return Check(what, len(truth))


def place_words(place):
    chips, kind, address = place
    return f"{kind} {address:#x} of chips {','.join(map(str, chips)) or 'unknown'}"


def book_buffers(books):
    """(chips, type, address, bytes of one bank) of all meshes of the books."""
    return [
        (tuple(mesh["chips"]), kind, address, bank_bytes)
        for mesh in books["meshes"]
        for address, bank_bytes, kind in mesh["buffers"]
    ]


def banks_of(books, chips, kind):
    """How many banks a chip of this mesh has, by the runtime."""
    for mesh in books["meshes"]:
        if tuple(mesh["chips"]) == tuple(chips):
            return mesh["banks"].get(kind, {}).get("banks")
    return None


def one_bank(total, banks):
    """Bytes of one bank, from those of all; what cannot be told is told as text."""
    if total is None:
        return "unknown"
    if not banks or total % banks:
        return f"{total} in {banks} banks"
    return total // banks


def live_buffers(books, live):
    """The same of `report live`, `watch`."""
    return [
        (
            tuple(buffer["owner_chips"]),
            buffer["type"],
            int(buffer["address"], 16),
            one_bank(buffer["footprint_bytes"], banks_of(books, buffer["owner_chips"], buffer["type"])),
        )
        for buffer in live["buffers"]
    ]


def snapshot_buffers(snapshot):
    return [
        (tuple(buffer["owner_chips"]), buffer["type"], int(buffer["address"], 16), buffer["block_bytes"])
        for buffer in snapshot["buffers"]
    ]


def live_against(books, live):
    return places_and_bytes("live buffers", book_buffers(books), live_buffers(books, live))


def snapshot_against(books, snapshot):
    return places_and_bytes("buffers of the snapshot", book_buffers(books), snapshot_buffers(snapshot))


def places_and_bytes(what, truth, seen):
    """Two checks, as bytes of a bank may be wrong or not known where all else is right."""
    yield multiset(what, [one[:3] for one in truth], [one[:3] for one in seen], place_words)
    bytes_of = ({one[:3]: one[3] for one in side} for side in (truth, seen))
    yield by_key(f"bytes of a bank of {what}", *bytes_of, place_words)


def totals_against(books, live):
    """Banks, capacity, use and largest free block of each chip's memory, for one mesh alone (its chips are no other's)."""
    rows = {(row["chip"], row["type"]): row_totals(row) for row in live["capacity"]}
    truth, seen = {}, {}
    for mesh in books["meshes"]:
        for kind, bank in mesh["banks"].items():
            for chip in mesh["chips"]:
                if (chip, kind) in rows or bank["used"] > 0:  # memory that is not in use need not be told
                    truth[chip, kind] = bank
                    seen[chip, kind] = rows.get((chip, kind), "nothing")
    return by_key("totals of chips", truth, seen, chip_words)


def peaks_against(books, peak):
    """What was reserved of DRAM and L1 at the highest, in all banks, by the runtime at that moment."""
    rows = {(row["chip"], row["type"]): row["footprint_bytes"] for row in peak["peak"]}
    truth = {
        (chip, kind): mesh["banks"][kind]["used"] * mesh["banks"][kind]["banks"]
        for mesh in books["meshes"]
        for chip in mesh["chips"]
        for kind in ("DRAM", "L1")
    }
    return by_key("peaks of chips", truth, {key: rows.get(key, "nothing") for key in truth}, chip_words)


def usage_against(books, watch):
    """How many buffers each chip holds, by `watch`."""
    truth, seen = {}, {}
    rows = {(row["chip"], row["type"]): row["live_buffers"] for process in watch["processes"] for row in process["usage"]}
    for mesh in books["meshes"]:
        for _, _, kind in mesh["buffers"]:
            for chip in mesh["chips"]:
                truth[chip, kind] = truth.get((chip, kind), 0) + 1
                seen[chip, kind] = rows.get((chip, kind), 0)
    yield by_key("buffers in the live table", truth, seen, chip_words)
    yield equal("the table knows what was live before", "full", watch["known_before_attach"])


def chip_words(key):
    return f"chip {key[0]} {key[1]}"


def row_totals(row):
    banks = row["banks"]
    used, largest = one_bank(row["used_bytes"], banks), row["largest_free_bank_bytes"]
    return {"banks": banks, "bank_bytes": row["bank_bytes"], "used": used, "largest_free": largest}


def snapshot_totals_against(books, snapshot):
    """The same by mesh, as the snapshot reads the allocators' own lists; a sub-device's allocator has less than the mesh's."""
    by_size = sorted(snapshot["allocators"], key=lambda one: sum(row["banks"] * row["bank_bytes"] for row in one["types"]))
    rows = {
        (tuple(one["owner_chips"]), row["type"]): {
            "banks": row["banks"],
            "bank_bytes": row["bank_bytes"],
            "used": row["bank_used_bytes"],
            "largest_free": row["bank_largest_free_bytes"],
        }
        for one in by_size
        if one["owner"].startswith("mesh")
        for row in one["types"]
    }
    truth = {(tuple(mesh["chips"]), kind): bank for mesh in books["meshes"] for kind, bank in mesh["banks"].items()}
    return by_key("totals of the snapshot", truth, {key: rows.get(key, "nothing") for key in truth}, mesh_words)


def mesh_words(key):
    return f"mesh of chips {','.join(map(str, key[0]))}, {key[1]}"


def order_against(log, events, pid):
    """log: [[alloc or free, type, address]] as the job did it, in one thread."""
    seen = [
        (event["kind"], event["type"], int(event["address"], 16))
        for event in events
        if event.get("pid") == pid
        and (event["kind"] == "alloc" or (event["kind"] == "free" and event["reason"] in TRUE_FREES))
    ]
    return sequence("order of allocations and frees", [tuple(entry) for entry in log], seen, order_words)


def captured_buffers_against(captured, events, pid):
    """Buffers that operations allocate, in order, against the runtime's graph capture (older ones tell no addresses of frees).

    Events before the capture are not looked at: it is the end of what the job did.
    """
    truth = [("alloc", entry["type"], entry["address"]) for entry in captured if entry["node"] == "buffer_allocate"]
    seen = [
        ("alloc", event["type"], int(event["address"], 16))
        for event in events
        if event.get("pid") == pid and event["kind"] == "alloc"
    ]
    return sequence("buffers of operations", truth, seen[-len(truth) :], order_words)


def order_words(entry):
    return f"{entry[0]} {entry[1]} {entry[2]:#x}"


def core_ranges(text):
    """Both ways to write them: {[0-0 - 7-8]} and {[(x=0,y=0) - (x=7,y=8)]}; inclusive, sorted."""
    numbers = list(map(int, re.findall(r"\d+", text)))
    return tuple(sorted(tuple(numbers[place : place + 4]) for place in range(0, len(numbers), 4)))


def circular_words(entry):
    address, size, cores = entry
    return f"{address:#x}, {size} B on cores {list(cores)}"


def captured_programs(captured, chips):
    """Of each captured program: (address, size, cores) of its circular buffers, as one chip has them, in order.

    Some runtimes list them once, some once for each chip.
    """
    programs = []
    for entry in captured:
        if entry["node"] == "circular_buffer_deallocate_all":
            programs.append([])
        if entry["node"] == "circular_buffer_allocate":
            programs[-1].append(entry)
    return [of_one_chip(program, chips) for program in programs if program]


def of_one_chip(program, chips):
    first = [entry for entry in program if entry["chip"] == program[0]["chip"]]
    if len(program) not in (len(first), len(first) * len(chips)):
        raise ValueError(f"{len(program)} circular buffers, {len(first)} of one chip, {len(chips)} chips")
    return [(entry["address"], entry["size"], core_ranges(entry["cores"])) for entry in first]


def circular_against(captured, events, chips):
    """Order, place, size and cores of circular buffers in the events of each owner that has some."""
    truth = [buffer for program in captured_programs(captured, chips) for buffer in program]
    by_owner = collections.defaultdict(list)
    for event in events:
        if event["kind"] == "cb_alloc":
            entry = (int(event["address"], 16), event["size"], tuple(sorted(map(tuple, event["cores"]))))
            by_owner[event["owner"]].append(entry)
    owners = by_owner or {"no owner": []}
    checks = [sequence(owner, truth, of_owner, circular_words) for owner, of_owner in owners.items()]
    return joined("circular buffers", checks)


def resident_against(captured, live, chips, merged=False):
    """What each chip is said to hold at the end: the circular buffers of the last program. merged: those that follow each other may
    show as one, as of a program that was compiled before the attach."""
    last = captured_programs(captured, chips)[-1]
    truth = [(chip, address, size, core_count(cores)) for chip in chips for address, size, cores in last]
    seen = [(row["chip"], int(row["address"], 16), row["size"], row["cores"]) for row in live["circular_buffers"]]
    if merged:
        truth, seen = regions(truth), regions(seen)
    return multiset("resident circular buffers", truth, seen, resident_words)


def regions(buffers):
    """Without borders between those of the same cores that follow each other."""
    found = []
    for chip, address, size, cores in sorted(buffers, key=lambda one: (one[0], one[3], one[1])):
        follows = found and (found[-1][0], sum(found[-1][1:3]), found[-1][3]) == (chip, address, cores)
        before = found.pop() if follows else (chip, address, 0, cores)
        found.append((chip, before[1], before[2] + size, cores))
    return found


def core_count(ranges):
    return sum((x1 - x0 + 1) * (y1 - y0 + 1) for x0, y0, x1, y1 in ranges)


def resident_words(entry):
    return "chip {}: {:#x}, {} B on {} cores".format(*entry)


CLASH = re.compile(
    r"clash with L1 buffers on core range \[(?P<cores>[^\]]+)\]. "
    r"L1 buffer allocated at (?P<buffer>\d+) and static (?P<what>\w+) buffer region ends at (?P<end>\d+)"
)


def clash_truth(text):
    """(lowest L1 buffer, end of the region, cores) as the exception says them."""
    told = CLASH.search(text)
    if told is None:
        raise ValueError("no clash in: " + text[:200])
    return int(told["buffer"]), int(told["end"]), tuple(map(int, re.findall(r"\d+", told["cores"])))


def clashes_against(texts, view):
    seen = [
        (int(one["l1_buffer_address"] or "0", 16), int(one["region_end"] or "0", 16), tuple(one["cores"] or ()))
        for one in view["clash"]
    ]
    return sequence("clashes", [clash_truth(text) for text in texts], seen, clash_words)


def clash_words(entry):
    return "buffer at {:#x}, region to {:#x}, cores {}".format(*entry)


def dataflow_against(name, planned, base, end, events):
    """One program's dataflow buffers and scratchpads: together they are the region from where the runtime begins to lay out
    such buffers to where it says that they end; they may lie over each other, so their sizes are only its upper bound."""
    sizes = [entry["size"] for entry in planned if entry["node"] in DATAFLOW_NODES and not entry["borrowed"]]
    seen = [(int(event["address"], 16), event["size"]) for event in events if event["kind"] == "dfb_alloc"]
    if not sizes:
        return Check(f"dataflow buffers of {name}", 0)
    if not seen:
        return Check(f"dataflow buffers of {name}", len(sizes), [f"truth {len(sizes)} in a region to {end:#x}, seen none"])
    found = (min(address for address, _ in seen), max(address + size for address, size in seen))
    differences = [] if found == (base, end) else [f"truth {base:#x} to {end:#x}, seen {found[0]:#x} to {found[1]:#x}"]
    if found[1] - found[0] > sum(sizes):
        differences.append(f"a region of {found[1] - found[0]} B, though the buffers have {sum(sizes)} B")
    return Check(f"dataflow buffers of {name}", len(sizes), differences)


DATAFLOW_NODES = ("dataflow_buffer_allocate", "scratchpad_allocate")


def unsafe_against(addresses, live):
    """Live buffers that were allocated beside a kept trace: (type, address), by the job's own log."""
    seen = [(one["type"], int(one["address"], 16)) for one in live["buffers"] if one["trace_unsafe"]]
    return multiset("buffers beside a trace", [tuple(one) for one in addresses], seen)


def joined(what, checks):
    differences = [f"{check.what}: {difference}" for check in checks for difference in check.differences]
    return Check(what, sum(check.count for check in checks), differences)


FAILURE = re.compile(
    r"allocate (?P<size>\d+) B (?P<type>\w+) buffer across \d+ banks, where each bank needs to store (?P<needed>\d+) B"
)
FIGURES = re.compile(r"\(allocated: \d+ B, free: (?P<free>\d+) B, largest free block: (?P<largest>\d+) B\)")


def failure_truth(text, bank):
    """What the exception says; where an older runtime leaves figures out, the books of that moment have them (bank)."""
    asked = FAILURE.search(text)
    if asked is None:
        raise ValueError("no figures in: " + text[:200])
    told = FIGURES.search(text)
    free = int(told["free"]) if told else bank["bank_bytes"] - bank["used"]
    largest = int(told["largest"]) if told else bank["largest_free"]
    needed = int(asked["needed"])
    return {
        "type": asked["type"],
        "size": int(asked["size"]),
        "needed_bank_bytes": needed,
        "free_bank_bytes": free,
        "largest_free_bank_bytes": largest,
        "verdict": "exhausted" if free < needed else "fragmented",
    }


def failure_kinds(truths):
    """The first of each kind, with how many there were."""
    kinds = {}
    for one in truths:
        first = kinds.setdefault((one["type"], one["size"], one["verdict"]), {**one, "count": 0})
        first["count"] += 1
    return list(kinds.values())


def failures_against(truths, view):
    """truths: of failure_truth, in order, each with what else is known of it."""
    kinds = failure_kinds(truths)
    names = list(kinds[0]) if kinds else []
    seen = [{name: one[name] for name in names} for one in view["failures"]]
    differences = [f"{one['type']} {one['size']} B: {unlike(one, other)}" for one, other in zip(kinds, seen) if one != other]
    if len(kinds) != len(seen):
        differences.append(f"truth {len(kinds)} kinds, seen {len(seen)}")
    return Check("failures", len(truths), differences)


def complete(recording_view, known_before=None):
    """No event lost; in mid-run also: all that was live before is known."""
    seen = {"complete": recording_view["complete"], "lost": recording_view["lost_events"]}
    truth = {"complete": True, "lost": 0}
    if known_before:
        truth["known before attach"] = known_before
        seen["known before attach"] = recording_view["known_before_attach"]
    return equal("certainty", truth, seen)


def released_against(count, events):
    """How many buffers the close of the devices released, against what the runtime held before."""
    seen = sum(event["released"] for event in events if event["kind"] == "allocator_release")
    return equal("buffers released by close", count, seen)


def exit_released_against(count, events, pid):
    seen = sum(event["released"] for event in events if event["kind"] == "exit" and event.get("pid") == pid)
    return equal("buffers released by exit", count, seen)
