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
NOTHING = "the runtime's books are empty: nothing was compared"


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
    """One value; None, zero or an empty list as truth must be asked for by equal_empty."""
    return Check(what, 1 if truth else 0, [] if truth == seen else [f"{what}: truth {truth}, seen {seen}"])


def multiset(what, truth, seen, words=str):
    """The same things equally often, in any order."""
    left, right = collections.Counter(truth), collections.Counter(seen)
    missing = [f"missing: {words(one)}" for one in (left - right).elements()]
    extra = [f"too much: {words(one)}" for one in (right - left).elements()]
    both = itertools.zip_longest(missing, extra)
    return Check(what, sum(left.values()), [difference for pair in both for difference in pair if difference])


def sequence(what, truth, seen, words=str):
    """The same things in the same order."""
    for place, (left, right) in enumerate(zip(truth, seen)):
        if left != right:
            return Check(what, len(truth), [f"{place + 1}. of {len(truth)}: truth {words(left)}, seen {words(right)}"])
    if len(truth) != len(seen):
        return Check(what, len(truth), [f"truth {len(truth)}, seen {len(seen)}"])
    return Check(what, len(truth))


def buffer_words(buffer):
    chips, kind, address, bank_bytes = buffer
    return f"{place_words((chips, kind, address))}, {bank_bytes} B of a bank"


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
            return mesh["banks"][kind]["banks"]
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
    yield multiset(f"{what} with bytes of a bank", truth, seen, buffer_words)


def totals_against(books, live):
    """Banks, capacity, use and largest free block of each chip's memory, for one mesh alone (its chips are no other's)."""
    rows = {(row["chip"], row["type"]): row for row in live["capacity"]}
    truth, seen = [], []
    for mesh in books["meshes"]:
        for kind, bank in mesh["banks"].items():
            for chip in mesh["chips"]:
                row = rows.get((chip, kind))
                if row is None and bank["used"] == 0:
                    continue  # only memory in use must be told
                truth.append((chip, kind, *bank.values()))
                seen.append((chip, kind, *row_totals(row)) if row else (chip, kind, "no row"))
    return multiset("totals of chips", truth, seen)


def row_totals(row):
    banks = row["banks"]
    return banks, row["bank_bytes"], one_bank(row["used_bytes"], banks), row["largest_free_bank_bytes"]


def snapshot_totals_against(books, snapshot):
    """The same by mesh, as the snapshot reads the allocators' own lists."""
    truth, seen = [], []
    names = ("banks", "bank_bytes", "bank_used_bytes", "bank_largest_free_bytes")
    allocators = {tuple(one["owner_chips"]): one for one in snapshot["allocators"] if one["owner"].startswith("mesh")}
    for mesh in books["meshes"]:
        chips = tuple(mesh["chips"])
        rows = {row["type"]: row for row in allocators.get(chips, {"types": []})["types"]}
        for kind, bank in mesh["banks"].items():
            truth.append((chips, kind, *bank.values()))
            seen.append((chips, kind, *(rows[kind][name] for name in names)) if kind in rows else (chips, kind, "no row"))
    return multiset("totals of the snapshot", truth, seen)


def order_against(log, events, pid):
    """log: [[alloc or free, type, address]] as the job did it, in one thread."""
    seen = [
        (event["kind"], event["type"], int(event["address"], 16))
        for event in events
        if event["pid"] == pid
        and (event["kind"] == "alloc" or (event["kind"] == "free" and event["reason"] in TRUE_FREES))
    ]
    return sequence("order of allocations and frees", [tuple(entry) for entry in log], seen, order_words)


def order_words(entry):
    return f"{entry[0]} {entry[1]} {entry[2]:#x}"


def core_ranges(text):
    """Both ways to write them: {[0-0 - 7-8]} and {[(x=0,y=0) - (x=7,y=8)]}; inclusive, sorted."""
    numbers = list(map(int, re.findall(r"\d+", text)))
    return tuple(sorted(tuple(numbers[place : place + 4]) for place in range(0, len(numbers), 4)))


def circular_words(entry):
    address, size, cores = entry
    return f"{address:#x}, {size} B on cores {list(cores)}"


def captured_circular(captured, chips):
    """(address, size, cores) in order, as one chip has them: older runtimes tell one entry for all chips."""
    found = [entry for entry in captured if entry["node"] == "circular_buffer_allocate"]
    of_one = [entry for entry in found if entry["chip"] == found[0]["chip"]]
    of_all = len(of_one) * len(chips)
    if found and len(found) not in (len(of_one), of_all):
        raise ValueError(f"{len(found)} circular buffers, {len(of_one)} of one chip, {len(chips)} chips")
    return [(entry["address"], entry["size"], core_ranges(entry["cores"])) for entry in of_one]


def event_circular(events, owners):
    """The same from cb_alloc events of any of these owners."""
    return [
        (int(event["address"], 16), event["size"], tuple(sorted(map(tuple, event["cores"]))))
        for event in events
        if event["kind"] == "cb_alloc" and event["owner"] in owners
    ]


def circular_against(captured, events, chips):
    """Order, place, size and cores of circular buffers on each chip against the runtime's graph capture."""
    truth = captured_circular(captured, chips)
    owners = {event["owner"]: event["owner_chips"] for event in events if event["kind"] == "owner"}
    checks = []
    for chip in chips:
        named = {f"chip {chip}"} | {owner for owner, of in owners.items() if chip in of and owner.startswith("mesh")}
        checks.append(sequence(f"circular buffers of chip {chip}", truth, event_circular(events, named), circular_words))
    return joined("circular buffers", checks)


def joined(what, checks):
    differences = [f"{check.what}: {difference}" for check in checks for difference in check.differences]
    return Check(what, sum(check.count for check in checks), differences)


FAILURE = re.compile(
    r"allocate (?P<size>\d+) B (?P<type>\w+) buffer across (?P<banks>\d+) banks, where each bank needs to store (?P<needed>\d+) B"
)
FIGURES = re.compile(r"bank size is (?P<bank>\d+) B \(allocated: (?P<used>\d+) B, free: (?P<free>\d+) B, largest free block: (?P<largest>\d+) B\)")


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


def failures_against(truths, view):
    """truths: of failure_truth, in order, each with its owner."""
    names = list(truths[0]) if truths else []
    truth = [tuple(one[name] for name in names) for one in truths]
    seen = [tuple(one[name] for name in names) for one in view["failures"]]
    return sequence(f"failures ({', '.join(names)})", truth, seen)


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
    seen = sum(event["released"] for event in events if event["kind"] == "exit" and event["pid"] == pid)
    return equal("buffers released by exit", count, seen)
