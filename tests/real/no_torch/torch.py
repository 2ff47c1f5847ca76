# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers `import torch` in the releases whose operations look for it; nothing of it is used."""


class _Anything(type):
    def __getattr__(cls, name):
        return Anything


class Anything(metaclass=_Anything):
    pass


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything
