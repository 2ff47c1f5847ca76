# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Allocations of a job at lines that it knows, by ways that Python has to call: for the scenario of call stacks.

notes: [type, address, operation, [[file, line, function], ...]] of each, the calls innermost first, as Python itself tells them.
"""
import sys

import ttnn

notes = []
kept = []


def note(one, operation=None):
    """`one` was made on the line that calls this."""
    calls = []
    frame = sys._getframe(1)
    while frame:
        code = frame.f_code
        calls.append([code.co_filename, frame.f_lineno, getattr(code, "co_qualname", code.co_name)])
        frame = frame.f_back
    notes.append([str(one.memory_config().buffer_type).split(".")[-1], one.buffer_address(), operation, calls])
    kept.append(one)
    return one


def plain(mesh, memory):
    return note(ttnn.allocate_tensor_on_device(ttnn.Shape([1, 1, 32, 32]), ttnn.bfloat16, ttnn.TILE_LAYOUT, mesh, memory))


class Model:
    def __init__(self, mesh):
        self.mesh = mesh

    def layers(self, count):
        for _ in range(count):
            yield plain(self.mesh, ttnn.DRAM_MEMORY_CONFIG)

    def forward(self, depth):
        if depth:
            return self.forward(depth - 1)
        return note(ttnn.allocate_tensor_on_device(ttnn.Shape([1, 1, 64, 32]), ttnn.bfloat16, ttnn.TILE_LAYOUT, self.mesh, ttnn.L1_MEMORY_CONFIG))


def allocate(mesh, rounds):
    """By functions, methods, recursion, generators, comprehensions, lambdas, built-ins and exceptions."""
    model = Model(mesh)
    by_lambda = lambda: note(ttnn.allocate_tensor_on_device(ttnn.Shape([1, 1, 32, 64]), ttnn.bfloat16, ttnn.TILE_LAYOUT, mesh, ttnn.DRAM_MEMORY_CONFIG))
    for round in range(rounds):
        plain(mesh, ttnn.DRAM_MEMORY_CONFIG)
        list(model.layers(2))
        model.forward(round % 30)
        [plain(mesh, memory) for memory in (ttnn.L1_MEMORY_CONFIG, ttnn.DRAM_MEMORY_CONFIG)]
        list(map(lambda memory: plain(mesh, memory), [ttnn.DRAM_MEMORY_CONFIG]))
        by_lambda()
        try:
            raise ValueError
        except ValueError:
            plain(mesh, ttnn.DRAM_MEMORY_CONFIG)
        kept.clear()


OPERATIONS = ("relu", "exp", "sqrt", "neg", "abs", "sigmoid", "tanh", "log", "reciprocal", "square", "sin", "cos", "gelu", "silu", "sign", "floor")
PAIRS = ("add", "subtract", "multiply", "maximum", "matmul")


def operate(make):
    """The outputs of many operations, each of which is named."""
    a, b = make(), make()
    for name in OPERATIONS:
        note(getattr(ttnn, name)(a), name)
    for name in PAIRS:
        note(getattr(ttnn, name)(a, b), name)
    note(ttnn.softmax(a, dim=-1), "softmax")
    note(ttnn.sum(a, dim=-1), "sum")
    note(ttnn.concat([a, b], dim=2), "concat")
    kept.clear()
