# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole models: each Python file of a folder has run(ttnn, mesh, moment) and calls moment() where it is to be looked at."""
from .. import compare
from ..session import STARTED, Session, certainty, marked
from . import Scenario

RUN = """
import importlib.util
spec = importlib.util.spec_from_file_location("model", {path!r})
model = importlib.util.module_from_spec(spec)
spec.loader.exec_module(model)
moments = []
model.run(ttnn, mesh, lambda: moments.append(books()))
out = moments
"""


def model(path, on_path):
    def scenario(run):
        with Session(run, STARTED, run.one_chip(programs=True), timeout=600) as session:
            session.job.do(f"sys.path += {on_path!r}")
            moments = session.job.do(RUN.format(path=str(path)))
            recording = session.finish()
            checks = [compare.equal("the model calls moment()", True, bool(moments))]
            for number, books in enumerate(moments, 1):
                live = recording.live(books["unix_ns"])
                found = [certainty(live, STARTED), *compare.live_against(books, live), compare.totals_against(books, live)]
                checks += marked(f"moment {number} of {len(moments)}", found)
            return checks

    return scenario


def scenarios_of(folder, on_path=()):
    """on_path: folders with what the models import."""
    paths = sorted(folder.glob("*.py"))
    return [Scenario(f"model {path.stem}", model(path.resolve(), [str(one) for one in on_path])) for path in paths]
