# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Calls the probed function from all kinds of Python frames. usage: job.py DIRECTORY SCENARIO ROUNDS"""
import asyncio
import contextlib
import functools
import multiprocessing
import os
import random
import sys
import threading

sys.path.insert(0, sys.argv[1])
import probed
import truth
from truth import record


def plain():
    probed.hit(record)


def unlocked():
    probed.hit_unlocked(record)


def deep(depth=40):
    if depth:
        return deep(depth - 1)
    probed.hit(record)


def through_c(depth=6):
    if depth:
        return probed.call(lambda: through_c(depth - 1))
    probed.hit(record)


def mixed(depth=9):
    if depth % 3 == 0:
        probed.hit(record)
    if depth:
        return probed.call(functools.partial(mixed, depth - 1)) if depth % 2 else mixed(depth - 1)


def comprehensions():
    [probed.hit(record) for _ in range(2)]
    {probed.hit(record) for _ in range(2)}
    {i: probed.hit(record) for i in range(2)}
    list(probed.hit(record)
         for _ in range(2))
    [[probed.hit(record) for _ in range(1)] for _ in range(2)]


def lambdas():
    (lambda: probed.hit(record))()
    sorted([3, 1, 2], key=lambda x: (probed.hit(record), x)[1])
    list(map(lambda x: probed.hit(record), range(2)))


def counted(n):
    for i in range(n):
        probed.hit(record)
        received = yield i
        if received:
            probed.hit(record)


def delegating(n):
    yield from counted(n)
    yield from (x for x in counted(n))


def generators():
    for _ in delegating(2):
        probed.hit(record)
    g = counted(3)
    next(g)
    g.send(1)
    try:
        g.throw(ValueError("x"))
    except ValueError:
        probed.hit(record)
    half = delegating(3)
    next(half)
    probed.call(lambda: next(half))
    half.close()


async def leaf(n):
    probed.hit(record)
    await asyncio.sleep(0)
    probed.hit(record)
    return n


async def asynchronous_items():
    for i in range(2):
        probed.hit(record)
        yield i


async def branch():
    await asyncio.gather(leaf(1), leaf(2))
    async for _ in asynchronous_items():
        probed.hit(record)
    return [await leaf(i) async for i in asynchronous_items()]


def coroutines():
    c = branch_once()
    try:
        c.send(None)
    except StopIteration:
        probed.hit(record)


async def branch_once():
    async with Manager():
        probed.hit(record)


def event_loop():
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(branch())
    finally:
        loop.close()


class Manager:
    def __enter__(self):
        probed.hit(record)

    def __exit__(self, *_):
        probed.hit(record)
        return True

    async def __aenter__(self):
        probed.hit(record)

    async def __aexit__(self, *_):
        probed.hit(record)


class Special:
    def __init__(self):
        probed.hit(record)

    def __del__(self):
        probed.hit(record)

    def __eq__(self, other):
        probed.hit(record)
        return True

    __hash__ = None

    def __getattr__(self, name):
        probed.hit(record)
        return 1

    def __call__(self):
        probed.hit(record)

    @property
    def value(self):
        probed.hit(record)

    @staticmethod
    def static():
        probed.hit(record)

    @classmethod
    def of_class(cls):
        probed.hit(record)

    def __getitem__(self, index):
        probed.hit(record)
        if index > 2:
            raise IndexError
        return index


def methods():
    s = Special()
    s == s
    s.missing
    s()
    s.value
    s.static()
    s.of_class()
    list(s)
    [Special()].clear()

    class Local:
        probed.hit(record)

        def nested(self):
            return super().__hash__() and probed.hit(record)

    Local().nested()


def exceptions():
    try:
        1 / 0
    except ZeroDivisionError:
        probed.hit(record)
    finally:
        probed.hit(record)
    with Manager():
        raise KeyError
    for _ in range(2):
        with contextlib.suppress(ValueError):
            int("x" + str(
                probed.hit(record)))


def decorator(function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapped


@decorator
@decorator
def decorated(a=1, *, b=2):
    probed.hit(
        record
    )
    return (
        a,
        probed.hit(record),
        b
    )


def created_anew():
    """Code objects come and go at the same addresses."""
    for i in range(20):
        source = "def f%d(hit, record):\n%s  hit(record)\n%s  hit(record)\n" % (i % 7, "\n" * (i % 5), "\n" * (i % 3))
        scope = {}
        exec(compile(source, "<made %d>" % (i % 4), "exec"), scope)
        scope["f%d" % (i % 7)](probed.hit, record)
        del scope
    for i in range(10):
        eval(compile("\n" * i + "hit(record)", "made" + "x" * 90 + str(i), "eval"), {"hit": probed.hit, "record": record})


def foreign_names():
    for name, file in (("\u00e9t\u00e9", "\u00fc.py"), ("\u5909\u6570", "\u65e5\u672c.py"), ("f", "\U0001f40d.py"), ("\U00020000", "a.py")):
        scope = {}
        exec(compile("def %s(hit, record):\n  hit(record)\n" % name, file, "exec"), scope)
        scope[name](probed.hit, record)


def long_table():
    lines = "".join("  if hit: hit(record) if %d %% 997 == 5 else None\n" % i for i in range(250))
    scope = {}
    exec(compile("def long(hit, record):\n" + lines, "long.py", "exec"), scope)
    scope["long"](probed.hit, record)


def native_thread():
    probed.call_in_native_thread(mixed)
    probed.call_in_native_thread(lambda: [unlocked(), plain()])


KINDS = [
    plain, unlocked, deep, through_c, mixed, comprehensions, lambdas, generators, coroutines, event_loop, methods, exceptions, decorated,
    created_anew, foreign_names, long_table, native_thread,
]


def work(rounds, seed=1):
    order = random.Random(seed)
    for _ in range(rounds):
        order.choice(KINDS)()


def all_kinds(rounds):
    for kind in KINDS:
        kind()
    work(rounds)


def threads(rounds):
    running = [threading.Thread(target=work, args=(rounds, seed)) for seed in range(8)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def child(rounds, seed):
    work(rounds, seed)
    truth.write()


def spawned_child(rounds, seed):
    truth.ready()
    child(rounds, seed)


def processes(rounds, method, target):
    context = multiprocessing.get_context(method)
    running = [context.Process(target=target, args=(rounds, seed)) for seed in range(3)]
    for process in running:
        process.start()
    work(rounds)
    for process in running:
        process.join()
        assert process.exitcode == 0


def fork(rounds):
    processes(rounds, "fork", child)


def fork_in_thread(rounds):
    thread = threading.Thread(target=fork, args=(rounds,))
    thread.start()
    thread.join()


def spawn(rounds):
    processes(rounds, "spawn", spawned_child)


def too_deep(rounds):
    deep(300)


def many(rounds):
    """For what a call costs: below `rounds` frames."""
    if rounds > 2:
        return many(rounds - 1)
    for line in sys.stdin:
        probed.hit_many(int(line))
        print("done", flush=True)


if __name__ == "__main__":
    truth.ready()
    globals()[sys.argv[2]](int(sys.argv[3]))
