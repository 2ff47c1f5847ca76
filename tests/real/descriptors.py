# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Cluster descriptors for the runtime's mock devices, as small as the runtime accepts them (YAML; JSON is a part of it).

Chips stand in a grid of rows and columns, neighbours are joined by ethernet links. All numbers are made up; chips are not
numbered in the order in which they stand, so that an order of chips that is merely counted up shows.
"""
import json

EAST, WEST, SOUTH, NORTH = 0, 4, 8, 12  # the first ethernet channel of a chip in each direction
PRODUCT = {"n150": 0x18, "n300": 0x14, "p150": 0x40, "ubb": 0x35}  # the kind of board, as board ids tell it from bit 36 on
TRAY_BUS = [0xC0, 0x80, 0x00, 0x40]  # the bus numbers of a large machine's four trays begin here
WORMHOLE_HARVEST = {"harvest_mask": 64, "dram_harvesting_mask": 0, "eth_harvesting_mask": 0, "pcie_harvesting_mask": 0}
BLACKHOLE_HARVEST = {"harvest_mask": 192, "dram_harvesting_mask": 0, "eth_harvesting_mask": 0x120, "pcie_harvesting_mask": 2}


def number(place, places):
    """The number of the chip at a place, counted row by row. 5 has no divisor in common with 8 and 32."""
    return (5 * place + 3) % places if places > 1 else 0


def links(rows, columns, channels):
    """Both ends (place, channel) of every link, `channels` of them between neighbours."""
    for place in range(rows * columns):
        for link in range(channels):
            if (place + 1) % columns:
                yield (place, EAST + link), (place + 1, WEST + link)
            if place + columns < rows * columns:
                yield (place, SOUTH + link), (place + columns, NORTH + link)


def one_each(row, column):
    """Board and location on it: one chip, one board."""
    return row, 0


def in_pairs(row, column):
    """Two chips on a board; location 0 is the one that the host sees."""
    return 2 * row + column // 2, column % 2


def in_trays(row, column):
    """Four trays of 4 x 2 chips around the middle of 8 x 4, each with location 1 in its outer corner."""
    tray = {(0, 0): 0, (0, 1): 2, (1, 0): 3, (1, 1): 1}[row // 4, column // 2]
    return tray, 1 + min(row, 7 - row) + 4 * min(column, 3 - column)


def descriptor(arch, board, harvest, rows=1, columns=1, position=one_each, channels=2):
    places = range(rows * columns)
    chips = [number(place, len(places)) for place in places]
    positions = {chips[place]: position(place // columns, place % columns) for place in places}
    by_board = {}
    for chip, (index, _) in positions.items():
        by_board.setdefault(index, []).append(chip)
    pairs = position is in_pairs
    return {
        "arch": {chip: arch for chip in chips},
        "chips": {chips[place]: [place % columns, place // columns, 0, 0] for place in places} if pairs else {},
        "chip_unique_ids": {chip: (location << 56) + 1000 + chip for chip, (_, location) in positions.items()},
        "ethernet_connections": [
            [{"chip": chips[place], "chan": channel} for place, channel in ends] for ends in links(rows, columns, channels)
        ],
        "ethernet_connections_to_remote_devices": [],
        "chips_with_mmio": [{chip: chip} for chip in chips if not pairs or positions[chip][1] == 0],
        "harvesting": {chip: {"noc_translation": True, **harvest} for chip in chips},
        "boards": [
            [{"board_id": (PRODUCT[board] << 36) + index}, {"board_type": board}, {"chips": by_board[index]}]
            for index in sorted(by_board)
        ],
        "asic_locations": {chip: location for chip, (_, location) in positions.items()},
        "chip_to_bus_id": {chip: hex(TRAY_BUS[index] + location) for chip, (index, location) in positions.items()},
    }


DESCRIPTORS = {
    "wormhole-1x1": descriptor("wormhole_b0", "n150", WORMHOLE_HARVEST),
    "blackhole-1x1": descriptor("blackhole", "p150", BLACKHOLE_HARVEST),
    "wormhole-2x4": descriptor("wormhole_b0", "n300", WORMHOLE_HARVEST, 2, 4, in_pairs),
    "wormhole-8x4": descriptor("wormhole_b0", "ubb", WORMHOLE_HARVEST, 8, 4, in_trays, channels=4),
}


def write(folder):
    """Writes all of them into a folder, as NAME.yaml."""
    for name, content in DESCRIPTORS.items():
        (folder / f"{name}.yaml").write_text(json.dumps(content, indent=1) + "\n")
