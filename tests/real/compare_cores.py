# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Comparisons of jobs with HYBRID allocators, whose books are those of compare.py and what scenarios/hybrid.py tells of each tensor
that was allocated core by core: {"places": [{"chips", "cores": [[x, y, address]], "bytes"}], "live": numbers, "steps": [[what, number]]}.
"""
import collections
import re

from .compare import Check, by_key, joined, multiset, sequence


def in_every_bank(view):
    """Without the buffers that lie on some cores, at an address for each."""
    return {**view, "buffers": [buffer for buffer in view["buffers"] if "per_core" not in buffer]}


def single_number(single, chip, buffer):
    """Which of the job's tensors this buffer is: the latest that has this place on that core; what is none of them as text."""
    told = buffer["per_core"]
    wanted = [*(told["core"] or []), int(buffer["address"], 16)]
    numbers = [n for n, place in enumerate(single["places"]) if wanted in place["cores"] and chip in place["chips"]]
    return numbers[-1] if numbers else f"none, {wanted}"


def per_core_against(what, single, buffers):
    """Each tensor once on each chip, with the number of its cores, and what it takes on all of them where that is told."""
    truth = [
        (chip, number, len(single["places"][number]["cores"])) for number in single["live"] for chip in single["places"][number]["chips"]
    ]
    seen, wrong = [], []
    for buffer in buffers:
        if "per_core" in buffer:
            (chip,) = buffer["owner_chips"]
            number = single_number(single, chip, buffer)
            seen.append((chip, number, buffer["per_core"]["cores"]))
            wrong += footprint_difference(single, number, buffer)
    check = multiset(what, truth, seen, "chip {0[0]}, tensor {0[1]}, {0[2]} cores".format)
    return Check(what, check.count, check.differences + wrong)


def footprint_difference(single, number, buffer):
    """A snapshot does not tell it."""
    told = buffer.get("footprint_bytes", "nothing")
    if told == "nothing" or not isinstance(number, int) or told == per_core_bytes(single["places"][number]):
        return []
    return [f"footprint of tensor {number}: truth {per_core_bytes(single['places'][number])}, seen {told}"]


def per_core_bytes(place):
    return place["bytes"] * len(place["cores"])


def per_core_order_against(single, events):
    """On each chip the same steps."""
    by_chip = collections.defaultdict(list)
    for event in events:
        if event["kind"] not in ("alloc", "free") or "per_core" not in event:
            continue
        by_chip[event["owner"]].append((event["kind"], tuple(event["per_core"]["core"] or ()), int(event["address"], 16)))
    checks = [steps_against(owner, single, seen) for owner, seen in by_chip.items()]
    return joined("order of tensors of single cores", checks or [Check("no chip", 0)])


def steps_against(owner, single, seen):
    if len(seen) != len(single["steps"]):
        return Check(owner, len(single["steps"]), [f"truth {len(single['steps'])} steps, seen {len(seen)}"])
    wrong = [
        f"{place + 1}. step: truth {what} of {single['places'][number]['cores']}, seen {seen[place]}"
        for place, (what, number) in enumerate(single["steps"])
        if seen[place][0] != what or [*seen[place][1], seen[place][2]] not in single["places"][number]["cores"]
    ]
    return Check(owner, len(seen), wrong)


def per_core_totals_against(books, single, live):
    """L1 of each chip: what there is, and what is used: the mesh's blocks in all banks, and single cores' where that is told."""
    rows = {row["chip"]: row for row in live["capacity"] if row["type"] == "L1"}
    truth, seen = {}, {}
    for mesh in books["meshes"]:
        bank = mesh["banks"]["L1"]
        for chip in mesh["chips"]:
            row = rows.get(chip) or {"banks": None, "bank_bytes": None, "used_bytes": None}
            own = sum(per_core_bytes(single["places"][n]) for n in single["live"] if chip in single["places"][n]["chips"])
            used = {} if own and row["used_bytes"] is None else {"used_bytes": bank["used"] * bank["banks"] + own}
            truth[chip] = {"banks": bank["banks"], "bank_bytes": bank["bank_bytes"], **used}
            seen[chip] = {name: row[name] for name in truth[chip]}
    return by_key("L1 of chips", truth, seen, lambda chip: f"chip {chip}")


def told_once(snapshot):
    """What a mesh holds in every bank is marked in its chips' lists, too: no chip says that it uses that."""
    chips = [row for one in snapshot["allocators"] if not one["owner"].startswith("mesh") for row in one["types"]]
    wrong = [f"{row['type']}: {row['bank_used_bytes']} of a bank" for row in chips if row["bank_used_bytes"]]
    return Check("what a mesh holds is told once", len(chips), wrong)


def nothing_missed(live):
    contradictions = {name: count for name, count in live["contradictions"].items() if count}
    return Check("nothing is said to be missed", 1, [f"{contradictions}"] if contradictions else [])


FALSE_ALARMS = {"overlap", "held_twice", "excess_frees", "double_free", "unexplained_free", "inferred_end", "unexplained_difference"}


def no_anomalies(view):
    """A clean job: nothing of these happened."""
    found = [f"{one['kind']}: {one['count']}" for one in view["anomalies"] if one["kind"] in FALSE_ALARMS and one["count"]]
    known = {one["kind"] for one in view["anomalies"]}
    unknown = [f"no such kind: {kind}" for kind in FALSE_ALARMS - known]
    return Check("nothing is called wrong", len(FALSE_ALARMS), found + unknown)


FAILURE = re.compile(
    r"to allocate (?P<size>\d+) B L1 across \d+ banks \((?P<needed>\d+) B per bank\), bank size is \d+ B "
    r"\(allocated: \d+ B, free: (?P<free>\d+) B, largest free block: (?P<largest>\d+) B\)"
)


PLACEABLE = re.compile(r"(?P<free>\d+) B remained placeable across \d+ window\(s\), largest (?P<largest>\d+) B")


def failures_against(texts, view):
    """In order."""
    truth = [failure_truth(text) for text in texts]
    seen = [{name: one[name] for name in truth[0]} for one in view["failures"]]
    return sequence("failures", truth, seen)


def failure_truth(text):
    told = FAILURE.search(text)
    if told is None:
        raise ValueError("no figures in: " + text[:300])
    figures = {name: int(number) for name, number in told.groupdict().items()}
    left = PLACEABLE.search(text)  # 0: it leaves out pieces that are too small, and says nothing of what is free
    if left and int(left["free"]) > 0:
        figures.update({name: int(number) for name, number in left.groupdict().items()})
    return {
        "type": "L1",
        "size": figures["size"],
        "needed_bank_bytes": figures["needed"],
        "free_bank_bytes": figures["free"],
        "largest_free_bank_bytes": figures["largest"],
        "verdict": "exhausted" if figures["free"] < figures["needed"] else "fragmented",
    }
