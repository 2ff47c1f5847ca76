# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""The scenarios: each is tried on every release, or says why it cannot be."""
import dataclasses
import typing

from .. import releases


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    run: typing.Callable  # of a session.Run; gives compare.Checks
    needs: typing.Callable = lambda version: None  # why it cannot be tried on this version, or None


def mock_devices(version):
    return None if releases.has_mock(version) else "no mock devices before 0.66"


def mock_programs(version):
    return None if releases.mock_runs_programs(version) else "mock devices run no programs before 0.75"


def fast_dispatch(version):
    return None if releases.mock_has_fast_dispatch(version) else "no mock devices with fast dispatch (0.66, 0.75 and later)"


def all_scenarios():
    from . import buffers, failures, hybrid, meshes, operations, processes, stacks, threads, traces

    modules = (buffers, meshes, hybrid, threads, failures, operations, processes, traces, stacks)
    return [scenario for module in modules for scenario in module.SCENARIOS]


def of_containers():
    from . import containers

    return containers.SCENARIOS
