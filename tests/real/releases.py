# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Which releases of the runtime there are, and what each of them can be asked without hardware."""
import subprocess
import sys

PACKAGE = "ttnn"
OLDEST = (0, 64)


class NoRelease(Exception):
    """The list of releases cannot be had."""


def number(version):
    """0.66.0 -> (0, 66, 0); None for what is not a plain release."""
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else None


def has_mock(version):
    """Mock devices: any number of chips, from a descriptor."""
    return number(version) >= (0, 66)


def has_chip(version):
    """The simulator's interface, behind which the memory-only chip stands."""
    return (0, 64) <= number(version) < (0, 80)


def mock_runs_programs(version):
    """Before, operations on mock devices allocate their results and launch nothing: no circular buffers."""
    return number(version) >= (0, 75)


def mock_has_fast_dispatch(version):
    """In between, opening a mock device with fast dispatch crashes."""
    return number(version)[:2] == (0, 66) or number(version) >= (0, 75)


def needs_torch(version):
    return (0, 67) <= number(version) < (0, 70)


def inspector_crashes(version):
    """Operations crash on mock devices unless the runtime's inspector is off."""
    return number(version)[:2] == (0, 67)


def available():
    """All plain releases that pip knows, oldest first."""
    command = [sys.executable, "-m", "pip", "index", "versions", "--disable-pip-version-check", PACKAGE]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        raise NoRelease("pip does not answer") from None
    lines = [line for line in answer.stdout.splitlines() if line.startswith("Available versions:")]
    if not lines:
        raise NoRelease(f"pip knows no releases: {answer.stderr.strip().splitlines()[-1:] or 'no answer'}")
    versions = [version.strip() for version in lines[0].split(":", 1)[1].split(",")]
    return sorted((version for version in versions if number(version) and number(version)[:2] >= OLDEST), key=number)


def newest():
    return available()[-1:]


def newest_of_each_minor():
    """0.64.5, 0.65.1, ...: one of each."""
    return list({number(version)[:2]: version for version in available()}.values())
