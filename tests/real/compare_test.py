# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Each comparison on books that are equal, that are wrong in one thing, and that are empty."""
import copy
import unittest

from . import compare, compare_cores

BANK = {"banks": 12, "bank_bytes": 1000, "used": 48, "largest_free": 900}
BOOKS = {"meshes": [{"chips": [1, 0], "buffers": [[32, 16, "DRAM"], [64, 32, "DRAM"]], "banks": {"DRAM": BANK}}]}
LIVE = {
    "buffers": [
        {"owner_chips": [1, 0], "type": "DRAM", "address": "0x20", "footprint_bytes": 192},
        {"owner_chips": [1, 0], "type": "DRAM", "address": "0x40", "footprint_bytes": 384},
    ],
    "capacity": [
        {"chip": chip, "type": "DRAM", "banks": 12, "bank_bytes": 1000, "used_bytes": 576, "largest_free_bank_bytes": 900}
        for chip in (0, 1)
    ],
}
SNAPSHOT = {
    "buffers": [
        {"owner_chips": [1, 0], "type": "DRAM", "address": "0x20", "block_bytes": 16},
        {"owner_chips": [1, 0], "type": "DRAM", "address": "0x40", "block_bytes": 32},
    ],
    "allocators": [
        {
            "owner": "mesh 0",
            "owner_chips": [1, 0],
            "types": [{"type": "DRAM", "banks": 12, "bank_bytes": 1000, "bank_used_bytes": 48, "bank_largest_free_bytes": 900}],
        }
    ],
}
LOG = [["alloc", "DRAM", 32], ["free", "DRAM", 32], ["alloc", "L1", 64]]
EVENTS = [
    {"pid": 7, "kind": "alloc", "type": "DRAM", "address": "0x20"},
    {"pid": 7, "kind": "free", "type": "DRAM", "address": "0x20", "reason": "freed"},
    {"pid": 8, "kind": "free", "type": "DRAM", "address": "0x20", "reason": "freed"},
    {"pid": 7, "kind": "free", "type": "DRAM", "address": "0x20", "reason": "after close"},
    {"pid": 7, "kind": "alloc", "type": "L1", "address": "0x40"},
]
CAPTURED = [{"node": "circular_buffer_deallocate_all"}] + [
    {"node": "circular_buffer_allocate", "address": 100, "size": size, "cores": "{[0-0 - 7-8]}", "chip": chip}
    for size in (8, 16)
    for chip in (1, 0)
]
CIRCULAR = [
    {"kind": "cb_alloc", "owner": f"chip {chip}", "address": "0x64", "size": size, "cores": [[0, 0, 7, 8]]}
    for size in (8, 16)
    for chip in (1, 0)
]
OLD_TEXT = "allocate 4096 B DRAM buffer across 2 banks, where each bank needs to store 2048 B, but bank size is only 4000 B"
NEW_TEXT = (
    "allocate 4096 B DRAM buffer across 2 banks, where each bank needs to store 2048 B, "
    "but bank size is 4000 B (allocated: 1000 B, free: 3000 B, largest free block: 1500 B)"
)


def changed(value, path, new):
    value = copy.deepcopy(value)
    place = value
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return value


def right(checks):
    return all(check.right for check in checks)


class Live(unittest.TestCase):
    def check(self, books, live):
        return right([*compare.live_against(books, live), compare.totals_against(books, live)])

    def test_equal(self):
        self.assertTrue(self.check(BOOKS, LIVE))

    def test_one_thing_wrong(self):
        wrong = [
            (["buffers", 0, "address"], "0x21"),
            (["buffers", 0, "type"], "L1"),
            (["buffers", 0, "owner_chips"], [0, 1]),
            (["buffers", 0, "owner_chips"], []),
            (["buffers", 0, "footprint_bytes"], 193),
            (["buffers", 0, "footprint_bytes"], 204),
            (["buffers", 0, "footprint_bytes"], None),
            (["capacity", 1, "banks"], 6),
            (["capacity", 1, "bank_bytes"], 1001),
            (["capacity", 1, "used_bytes"], 588),
            (["capacity", 1, "used_bytes"], None),
            (["capacity", 1, "largest_free_bank_bytes"], None),
            (["capacity", 1, "chip"], 2),
        ]
        for path, new in wrong:
            self.assertFalse(self.check(BOOKS, changed(LIVE, path, new)), (path, new))

    def test_missing_and_too_much(self):
        self.assertFalse(self.check(BOOKS, changed(LIVE, ["buffers"], LIVE["buffers"][:1])))
        self.assertFalse(self.check(BOOKS, changed(LIVE, ["buffers"], LIVE["buffers"] + LIVE["buffers"][:1])))

    def test_nothing_is_never_equal(self):
        nothing = changed(BOOKS, ["meshes", 0, "buffers"], [])
        self.assertFalse(self.check(nothing, changed(LIVE, ["buffers"], [])))


class Snapshot(unittest.TestCase):
    def check(self, snapshot):
        return right([*compare.snapshot_against(BOOKS, snapshot), compare.snapshot_totals_against(BOOKS, snapshot)])

    def test_equal(self):
        self.assertTrue(self.check(SNAPSHOT))

    def test_one_thing_wrong(self):
        types = ["allocators", 0, "types"]
        wrong = [
            (["buffers", 0, "block_bytes"], None),
            (["buffers", 0, "address"], "0x0"),
            (["allocators", 0, "owner_chips"], [0]),
            (types, []),
            ([*types, 0, "bank_used_bytes"], 0),
            ([*types, 0, "bank_largest_free_bytes"], None),
        ]
        for path, new in wrong:
            self.assertFalse(self.check(changed(SNAPSHOT, path, new)), (path, new))


class Usage(unittest.TestCase):
    def test_table(self):
        usage = [{"chip": chip, "type": "DRAM", "live_buffers": 2} for chip in (0, 1)]
        watch = {"processes": [{"usage": usage}], "known_before_attach": "full"}
        self.assertTrue(right(compare.usage_against(BOOKS, watch)))
        self.assertFalse(right(compare.usage_against(BOOKS, changed(watch, ["processes"], []))))
        self.assertFalse(right(compare.usage_against(BOOKS, changed(watch, ["processes", 0, "usage", 1, "live_buffers"], 3))))
        self.assertFalse(right(compare.usage_against(BOOKS, changed(watch, ["known_before_attach"], "partial"))))


class Order(unittest.TestCase):
    def test_equal(self):
        self.assertTrue(compare.order_against(LOG, EVENTS, 7).right)

    def test_wrong(self):
        self.assertFalse(compare.order_against(LOG, EVENTS[1:], 7).right)
        self.assertFalse(compare.order_against(LOG, EVENTS[:-1], 7).right)
        self.assertFalse(compare.order_against(LOG, [EVENTS[1], EVENTS[0], EVENTS[4]], 7).right)
        self.assertFalse(compare.order_against([], [], 7).right)


class Captured(unittest.TestCase):
    def test_buffers(self):
        captured = [{"node": "buffer_allocate", "type": "L1", "address": 64}]
        self.assertTrue(compare.captured_buffers_against(captured, EVENTS, 7).right)
        self.assertFalse(compare.captured_buffers_against(captured, EVENTS[:-1], 7).right)
        self.assertFalse(compare.captured_buffers_against([], EVENTS, 7).right)


class Circular(unittest.TestCase):
    def test_equal(self):
        self.assertTrue(compare.circular_against(CAPTURED, CIRCULAR, [1, 0]).right)
        of_all = [entry for entry in CAPTURED if entry.get("chip") != 0]
        self.assertTrue(compare.circular_against(of_all, CIRCULAR, [1, 0]).right)

    def test_both_ways_to_write_cores(self):
        self.assertEqual(compare.core_ranges("{[0-0 - 7-8]}"), compare.core_ranges("{[(x=0,y=0) - (x=7,y=8)]}"))

    def test_wrong(self):
        for name, new in (("address", "0x65"), ("size", 9), ("cores", [[0, 0, 7, 7]]), ("owner", "chip 3")):
            self.assertFalse(compare.circular_against(CAPTURED, changed(CIRCULAR, [-1, name], new), [1, 0]).right, name)
        self.assertFalse(compare.circular_against(CAPTURED, [], [1, 0]).right)
        self.assertFalse(compare.circular_against([], [], [1, 0]).right)

    def test_resident(self):
        rows = [{"chip": chip, "address": "0x64", "size": size, "cores": 72} for chip in (0, 1) for size in (8, 16)]
        self.assertTrue(compare.resident_against(CAPTURED, {"circular_buffers": rows}, [1, 0]).right)
        for wrong in (rows[1:], rows + rows[:1], changed(rows, [0, "cores"], 71), changed(rows, [0, "chip"], 1)):
            self.assertFalse(compare.resident_against(CAPTURED, {"circular_buffers": wrong}, [1, 0]).right)

    def test_regions(self):
        apart = [(0, 100, 8, 72), (0, 108, 16, 72), (0, 124, 4, 71), (0, 130, 2, 72), (1, 132, 2, 72)]
        self.assertEqual(compare.regions(apart[::-1]), [(0, 124, 4, 71), (0, 100, 24, 72), (0, 130, 2, 72), (1, 132, 2, 72)])


class Clashes(unittest.TestCase):
    TEXT = (
        "Statically allocated circular buffers in program 0 clash with L1 buffers on core range [0-0 - 7-8]. "
        "L1 buffer allocated at 114688 and static circular buffer region ends at 148544"
    )
    SEEN = {"l1_buffer_address": "0x1c000", "region_end": "0x24440", "cores": [0, 0, 7, 8]}

    def test_clash(self):
        self.assertTrue(compare.clashes_against([self.TEXT], {"clash": [self.SEEN]}).right)
        for name, new in (("l1_buffer_address", "0x0"), ("region_end", None), ("cores", None)):
            self.assertFalse(compare.clashes_against([self.TEXT], {"clash": [{**self.SEEN, name: new}]}).right, name)
        self.assertFalse(compare.clashes_against([], {"clash": []}).right)

    def test_dataflow(self):
        planned = [{"node": "dataflow_buffer_allocate", "size": size, "borrowed": False} for size in (16, 16)]

        def check(begin, size):
            event = {"kind": "dfb_alloc", "address": hex(begin), "size": size}
            return compare.dataflow_against("softmax", planned, 100, 132, [event]).right

        self.assertTrue(check(100, 32))
        self.assertFalse(check(100, 33))
        self.assertFalse(check(99, 33))
        self.assertFalse(compare.dataflow_against("softmax", planned, 100, 132, []).right)
        self.assertFalse(compare.dataflow_against("softmax", [], 100, 132, []).right)


class Failures(unittest.TestCase):
    def test_old_and_new_text(self):
        bank = {"bank_bytes": 4000, "used": 1000, "largest_free": 1500}
        self.assertEqual(compare.failure_truth(OLD_TEXT, bank), compare.failure_truth(NEW_TEXT, {}))
        self.assertEqual(compare.failure_truth(NEW_TEXT, {})["verdict"], "fragmented")

    def test_wrong(self):
        truth = compare.failure_truth(NEW_TEXT, {})
        self.assertTrue(compare.failures_against([truth], {"failures": [{**truth, "count": 1}]}).right)
        self.assertTrue(compare.failures_against([truth, truth], {"failures": [{**truth, "count": 2}]}).right)
        self.assertFalse(compare.failures_against([truth], {"failures": [{**truth, "count": 1, "verdict": "unknown"}]}).right)
        self.assertFalse(compare.failures_against([truth], {"failures": []}).right)
        self.assertFalse(compare.failures_against([], {"failures": []}).right)


class Traces(unittest.TestCase):
    def test_unsafe(self):
        buffers = [{"type": "L1", "address": address, "trace_unsafe": unsafe} for address, unsafe in (("0x40", True), ("0x80", False))]
        live = {"buffers": buffers}
        self.assertTrue(compare.unsafe_against([["L1", 64]], live).right)
        self.assertFalse(compare.unsafe_against([["L1", 128]], live).right)
        self.assertFalse(compare.unsafe_against([], {"buffers": []}).right)


class SingleCores(unittest.TestCase):
    SINGLE = {
        "places": [
            {"chips": [1, 0], "cores": [[0, 0, 64], [1, 0, 96]], "bytes": 16},
            {"chips": [1, 0], "cores": [[5, 5, 64]], "bytes": 32},
        ],
        "live": [0, 1],
        "steps": [["alloc", 1], ["free", 0]],
    }

    def buffers(self):
        kinds = (("0x40", [0, 0], 2, 32), ("0x40", [5, 5], 1, 32))
        return [
            {"owner_chips": [chip], "address": address, "per_core": {"core": core, "cores": cores}, "footprint_bytes": bytes}
            for chip in (0, 1)
            for address, core, cores, bytes in kinds
        ]

    def test_buffers(self):
        check = lambda buffers: compare_cores.per_core_against("x", self.SINGLE, buffers).right
        self.assertTrue(check(self.buffers()))
        self.assertFalse(check(self.buffers()[1:]))
        self.assertFalse(check(self.buffers() + self.buffers()[:1]))
        for path, value in ((["per_core", "core"], [9, 9]), (["per_core", "cores"], 3), (["address"], "0x60"), (["footprint_bytes"], 9)):
            self.assertFalse(check(changed(self.buffers(), [0, *path], value)), path)
        self.assertFalse(compare_cores.per_core_against("x", {**self.SINGLE, "live": []}, []).right)

    def test_order(self):
        events = [
            {"kind": kind, "owner": f"chip {chip}", "address": "0x40", "per_core": {"core": core, "cores": 1}}
            for kind, core in (("alloc", [5, 5]), ("free", [0, 0]))
            for chip in (0, 1)
        ]
        self.assertTrue(compare_cores.per_core_order_against(self.SINGLE, events).right)
        self.assertFalse(compare_cores.per_core_order_against(self.SINGLE, events[::-1]).right)
        self.assertFalse(compare_cores.per_core_order_against(self.SINGLE, events[:-1]).right)
        self.assertFalse(compare_cores.per_core_order_against(self.SINGLE, []).right)

    def test_totals(self):
        bank = {"banks": 4, "bank_bytes": 1000, "used": 10}
        books = {"meshes": [{"chips": [1, 0], "banks": {"L1": bank}}]}
        live = lambda used: {"capacity": [{"chip": c, "type": "L1", "banks": 4, "bank_bytes": 1000, "used_bytes": used} for c in (0, 1)]}
        check = lambda single, used: compare_cores.per_core_totals_against(books, single, live(used)).right
        self.assertTrue(check(self.SINGLE, 104))
        self.assertTrue(check(self.SINGLE, None))
        self.assertFalse(check(self.SINGLE, 40))
        self.assertTrue(check({**self.SINGLE, "live": []}, 40))
        self.assertFalse(check({**self.SINGLE, "live": []}, None))

    def test_failures(self):
        text = (
            "to allocate 4096 B L1 across 2 banks (2048 B per bank), bank size is 9000 B (allocated: 0 B, free: 9000 B, largest free "
            "block: 9000 B). After subtracting 0 dependency range(s) and 3 additional occupied range(s), {} B remained placeable across "
            "1 window(s), largest {} B."
        )
        row = {"type": "L1", "size": 4096, "needed_bank_bytes": 2048}
        few = {**row, "free_bank_bytes": 1000, "largest_free_bank_bytes": 600, "verdict": "exhausted"}
        none = {**row, "free_bank_bytes": 9000, "largest_free_bank_bytes": 9000, "verdict": "fragmented"}
        self.assertTrue(compare_cores.failures_against([text.format(1000, 600)], {"failures": [few]}).right)
        self.assertTrue(compare_cores.failures_against([text.format(0, 0)], {"failures": [none]}).right)
        self.assertFalse(compare_cores.failures_against([text.format(0, 0)], {"failures": [few]}).right)
        self.assertFalse(compare_cores.failures_against([text.format(0, 0)], {"failures": []}).right)

    def test_told_once(self):
        snapshot = lambda used: {"allocators": [{"owner": "chip 1", "types": [{"type": "L1", "bank_used_bytes": used}]}]}
        self.assertTrue(compare_cores.told_once(snapshot(None)).right)
        self.assertTrue(compare_cores.told_once(snapshot(0)).right)
        self.assertFalse(compare_cores.told_once(snapshot(2048)).right)


class Certainty(unittest.TestCase):
    def test_wrong(self):
        view = {"complete": True, "lost_events": 0, "known_before_attach": "partial"}
        self.assertTrue(compare.complete(view).right)
        self.assertFalse(compare.complete(view, "full").right)
        self.assertFalse(compare.complete({**view, "lost_events": 3}).right)
        self.assertFalse(compare.complete({**view, "complete": None}).right)


class Released(unittest.TestCase):
    def test_by_close_and_exit(self):
        events = [{"kind": "allocator_release", "released": 3}, {"kind": "exit", "pid": 7, "released": 2}]
        self.assertTrue(compare.released_against(3, events).right)
        self.assertTrue(compare.exit_released_against(2, events, 7).right)
        self.assertFalse(compare.released_against(2, events).right)
        self.assertFalse(compare.exit_released_against(2, events, 8).right)
        self.assertFalse(compare.released_against(0, []).right)


if __name__ == "__main__":
    unittest.main()
