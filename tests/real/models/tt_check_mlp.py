# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""The gated MLP of tt-check (PyPI), prefill and decode; its own check of values needs real chips and is left out."""
from tt_check.cli import _ttnn_mlp_forward

WIDTH, INTERMEDIATE, PREFILL_ROWS, DECODE_ROWS = 1024, 4096, 1024, 32
RUNS = 3


def run(ttnn, mesh, moment):
    def tensor(rows, columns, kind):
        shape = ttnn.Shape([1, 1, rows, columns])
        return ttnn.allocate_tensor_on_device(shape, kind, ttnn.TILE_LAYOUT, mesh, ttnn.DRAM_MEMORY_CONFIG)

    outputs = []
    for rows in (PREFILL_ROWS, DECODE_ROWS):
        x = tensor(rows, WIDTH, ttnn.bfloat16)
        w1, w3 = (tensor(WIDTH, INTERMEDIATE, ttnn.bfloat8_b) for _ in range(2))
        w2 = tensor(INTERMEDIATE, WIDTH, ttnn.bfloat8_b)
        moment()
        for _ in range(RUNS):
            output, intermediates = _ttnn_mlp_forward(
                ttnn, x, w1, w3, w2, tensor_parallel_degree=1, ccl_cluster_axis=1, keep_intermediates=True
            )
            moment()
            del intermediates
        outputs.append(output)
    moment()
