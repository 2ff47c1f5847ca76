# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Several threads allocate and free while the tracer comes."""
from ..session import in_both
from . import Scenario

START = """
stop = threading.Event()
def loop(seed, live):
    source = random.Random(seed)
    while not stop.is_set():
        work(1, live, source=source)
        if len(live) > 20:
            free(live, 0)
lists = [[] for _ in range(4)]
running = [threading.Thread(target=loop, args=pair) for pair in enumerate(lists)]
[one.start() for one in running]
"""
STOP = """
assert all(one.is_alive() for one in running)  # none ran out of memory before
stop.set()
[one.join() for one in running]
"""


def storm(session):
    session.job.do(START)
    session.attach()
    session.job.do("work(200)")  # the job's main thread joins in
    session.job.do(STOP)
    return session.compare(order=False)


SCENARIOS = [Scenario("4 threads", lambda run: in_both(run, storm))]
