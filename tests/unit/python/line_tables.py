# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Line tables of many functions, and the interpreter's own word for the line of every instruction.

A line of output a function: first line, table in hex, lines of the instructions at 0, 2, 4, ... (-1: none).
"""
import ast
import ctypes
import importlib
import importlib.util
import sys
import types

MODULES = "argparse asyncio.base_events calendar collections configparser dataclasses decimal difflib enum functools inspect \
locale pathlib pickle random shutil statistics string subprocess tarfile textwrap threading typing unittest.mock uuid zipfile".split()

HARD = [
    "def f():\n" + "\n" * 700 + "    return (1,\n" + "\n" * 300 + "2, f())",  # far apart
    "def f(x):\n    try:\n        return [g(x)\n            for x in\n      y(\n)]\n    finally:\n        z()\n",
    "def f():\n    return (" + "\n".join("g(%d) +" % i for i in range(400)) + "0)",
    "x = (" + ", ".join("f(%d)" % i for i in range(600)) + ")",  # a line of many bytes
    "def f():\n  with a as b, \\\n   c as d:\n    for i in (yield\n      ):\n      await_(i)\n  while 1:\n    if i: break\n    else: continue\n",
    "\n" * 100000 + "def f(): g()\n",
]

addr2line = ctypes.pythonapi.PyCode_Addr2Line
addr2line.argtypes = [ctypes.py_object, ctypes.c_int]


def tell(code):
    table = code.co_linetable if sys.version_info >= (3, 10) else code.co_lnotab
    lines = (str(addr2line(code, at)) for at in range(0, len(code.co_code), 2))
    print(code.co_firstlineno, "x" + table.hex(), *lines)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            tell(constant)


def moved(source):
    """Lines that go backwards, as macros make them."""
    tree = ast.parse(source)
    for index, node in enumerate(n for n in ast.walk(tree) if hasattr(n, "lineno")):
        node.lineno = node.end_lineno = 5000 - index * 131 % 4999
        node.col_offset = node.end_col_offset = 0
    return tree


for name in MODULES:
    try:
        source = importlib.util.find_spec(name).loader.get_code(name)
    except (ImportError, AttributeError):
        continue
    if source:
        tell(source)
for text in HARD:
    tell(compile(text, "hard", "exec"))
    tell(compile(moved(text), "moved", "exec"))
