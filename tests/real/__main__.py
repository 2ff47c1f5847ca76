# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs scenarios on releases; a line for each and a table at the end. Called by scripts/real."""
import argparse
import concurrent.futures
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback

from . import cost, jobs, prepare, releases, scenarios, session, tracer
from .scenarios import models

HERE = pathlib.Path(__file__).parent
OK, KNOWN, WRONG, BROKEN, NOT_TRIED = "ok", "known", "WRONG", "BROKEN", "not tried"
SHOWN_DIFFERENCES = 3


def version(text):
    if not releases.number(text) or releases.number(text)[:2] < releases.OLDEST:
        raise argparse.ArgumentTypeError(f"{text} is no release from 0.64 on")
    return text


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/real", description="Holds tt-alloc-trace against the real runtime's own books."
    )
    parser.add_argument("versions", nargs="*", type=version, metavar="VERSION", help="releases such as 0.66.0")
    parser.add_argument("--pinned", action="store_true", help="the releases of tests/real/pinned.txt, wheels checked by hash")
    parser.add_argument("--newest", action="store_true", help="the newest release")
    parser.add_argument("--all", action="store_true", help="the newest of each minor release from 0.64 on")
    parser.add_argument("--scenario", action="append", default=[], metavar="TEXT", help="only scenarios whose name has this in it")
    parser.add_argument("--containers", action="store_true", help="also jobs in containers, by podman; makes images of 1 GB")
    parser.add_argument("--tt-check", action="store_true", help="also the model of tt-check, from PyPI")
    parser.add_argument("--models", type=pathlib.Path, metavar="DIR", help="also the models of this folder (docs/real-runtime.md)")
    parser.add_argument("--tool", type=pathlib.Path, default=HERE.parents[1] / "build" / "tt-alloc-trace")
    parser.add_argument("--keep", action="store_true", help="keep the folders of scenarios that went wrong, and name them")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="scenarios that run side by side (default: 2)")
    parser.add_argument("--list", action="store_true", help="list the scenarios and end")
    parser.add_argument("--cost", type=int, metavar="ROUNDS", help="instead: what tracing costs, in so many rounds")
    parser.add_argument("--prepare", action="store_true", help="fill the cache folder and end")
    return parser.parse_args()


def pinned():
    """version -> line for pip."""
    lines = (HERE / "pinned.txt").read_text().replace("\\\n", " ").splitlines()
    wanted = [line for line in lines if line.startswith(releases.PACKAGE)]
    return {re.search(r"==(\S+)", line)[1]: line for line in wanted}


def requirements(options):
    """version -> line for pip, of all that is asked for."""
    wanted = {version: f"{releases.PACKAGE}=={version}" for version in options.versions}
    if options.newest:
        wanted.update({version: f"{releases.PACKAGE}=={version}" for version in releases.newest()})
    if options.all:
        wanted.update({version: f"{releases.PACKAGE}=={version}" for version in releases.newest_of_each_minor()})
    if options.pinned or not wanted:
        wanted.update(pinned())
    return wanted


def outcome(scenario, release, tool, folder):
    """(state, what is said about it)"""
    reason = scenario.needs(release.version)
    if reason:
        return NOT_TRIED, reason
    try:
        checks = list(scenario.run(session.Run(release, tool, folder)))
    except prepare.NotPrepared as error:
        return NOT_TRIED, str(error)
    except tracer.TracerError as error:
        return WRONG, str(error)
    except jobs.JobError as error:
        return BROKEN, str(error)
    except Exception:  # of one scenario: the others can still be tried
        return BROKEN, "\n".join(traceback.format_exc().splitlines()[-3:])
    wrong = [line for check in checks for line in difference_lines(check)]
    if wrong:
        place = f"{release.version} {scenario.name}"
        return KNOWN if all(is_known(place, check) for check in checks) else WRONG, "\n".join(wrong)
    return OK, f"{len(checks)} checks of {sum(check.count for check in checks)} things"


def known_faults():
    """Patterns of what the product is known to get wrong still; such differences are shown and do not fail the run."""
    lines = (HERE / "known.txt").read_text().splitlines()
    return [re.compile(line) for line in lines if line.strip() and not line.startswith("#")]


def is_known(place, check):
    """All of its differences are."""
    texts = [f"{place}: {check.what}: {difference}" for difference in check.differences]
    return all(any(pattern.search(text) for pattern in known_faults()) for text in texts)


def difference_lines(check):
    """The first differences of a check."""
    lines = [f"{check.what}: {difference}" for difference in check.differences[:SHOWN_DIFFERENCES]]
    if len(check.differences) > SHOWN_DIFFERENCES:
        lines[-1] = f"{check.what}: ... {len(check.differences)} differences, {check.count} compared"
    return lines


def try_scenario(scenario, release, tool, keep):
    """(state, seconds, what is said about it)"""
    begin = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tat-real-"))
    state, words = outcome(scenario, release, tool, folder)
    if keep and state not in (OK, NOT_TRIED):
        words += f"\nkept: {folder}"
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return state, time.monotonic() - begin, words


def try_release(release, chosen, tool, options):
    """The states of the scenarios; some are tried at a time, as most of the time is waiting."""
    pool = concurrent.futures.ThreadPoolExecutor(options.at_once)
    tries = [pool.submit(try_scenario, scenario, release, tool, options.keep) for scenario in chosen]
    try:
        return [say(release, scenario, *one.result()) for scenario, one in zip(chosen, tries)]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        jobs.close_all()


def say(release, scenario, state, seconds, words):
    first, *more = words.splitlines()
    print(f"{release.version:8} {scenario.name:32} {state:9} {seconds:5.1f} s  {first}")
    for line in more:
        print(" " * 61 + line)
    sys.stdout.flush()
    return state


def print_table(table, chosen):
    width = max(len(scenario.name) for scenario in chosen)
    print()
    print(" " * width, *(f"{version:>9}" for version in table))
    for row, scenario in enumerate(chosen):
        print(f"{scenario.name:{width}}", *(f"{states[row] if states else NOT_TRIED:>9}" for states in table.values()))


def chosen_scenarios(options, bench):
    found = scenarios.all_scenarios()
    if options.containers:
        found += scenarios.of_containers()
    if options.tt_check:
        found += models.scenarios_of(HERE / "models", [bench.make_tt_check()])
    if options.models:
        found += models.scenarios_of(options.models, [options.models.resolve()])
    return [one for one in found if not options.scenario or any(text in one.name for text in options.scenario)]


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.list:
        print("\n".join(one.name for one in scenarios.all_scenarios() + scenarios.of_containers()))
        return 0
    try:
        bench = prepare.Bench(prepare.cache_folder())
        bench.make()
        wanted = requirements(options)
        chosen = chosen_scenarios(options, bench)
    except (prepare.NotPrepared, releases.NoRelease) as error:
        print(f"scripts/real: nothing was tried: {error}", file=sys.stderr)
        return 3
    if not options.tool.is_file():
        print(f"scripts/real: no {options.tool}: scripts/build makes it", file=sys.stderr)
        return 2
    tool = tracer.Tool(options.tool.resolve())
    table = {}
    for version, requirement in sorted(wanted.items(), key=lambda item: releases.number(item[0])):
        try:
            release = prepare.Release(bench, version).make(requirement)
        except prepare.NotPrepared as error:
            print(f"{version:8} {NOT_TRIED}: {error}")
            table[version] = None
            continue
        if options.cost:
            try:
                cost.print_cost(version, cost.measure(release, tool, options.cost))
            except (jobs.JobError, tracer.TracerError) as error:
                print(f"{version:8} {BROKEN}: {error}", file=sys.stderr)
                return 1
            finally:
                jobs.close_all()
        table[version] = [] if options.prepare or options.cost else try_release(release, chosen, tool, options)
    if options.prepare or options.cost:
        return 0
    print_table(table, chosen)
    states = [state for states in table.values() for state in states or [BROKEN]]
    return 0 if all(state in (OK, KNOWN, NOT_TRIED) for state in states) else 1


if __name__ == "__main__":
    sys.exit(main())
