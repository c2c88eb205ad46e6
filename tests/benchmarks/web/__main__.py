"""`python -m tests.benchmarks.web`: what pages and clicks cost, against a bare Django application that does the same.

On databases of their own on the PostgreSQL of DATABASE_URL. Nothing of this runs with the tests, and nothing in it is a limit.
"""

import os
from argparse import ArgumentParser, Namespace

from tests.benchmarks.web import load, measure, sides
from tests.benchmarks.web.kinds import KINDS

SECONDS, LOAD_SECONDS = 10, 180


def main() -> None:
    options = _options()
    if options.load:
        load.run(options.seconds or LOAD_SECONDS, options.due, sqlite=options.sqlite)
    else:
        _compare(options)
    print(f"load of the machine (1 minute): {os.getloadavg()[0]:.1f}")


def _compare(options: Namespace) -> None:
    seconds = SECONDS if options.seconds is None else options.seconds
    kinds = {name: KINDS[name] for name in options.kinds}
    print(f"making rows for {', '.join(kinds)}, and {options.tickets:,} tickets ...", flush=True)
    with sides.filled(measure.acts(seconds), options.tickets) as (floor, ours):
        measure.run(kinds, floor, ours, seconds)


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.benchmarks.web", description="Measure pages and clicks.")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    seconds = f"for each kind ({SECONDS}; 0 is one round), or of the test under load ({LOAD_SECONDS})"
    parser.add_argument("--seconds", type=int, help=seconds)
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument(
        "--load", action="store_true", help="customers who click while the job works and the worker sends mails"
    )
    parser.add_argument("--due", type=int, default=100_000, help="with --load: how many subscriptions the job meets")
    parser.add_argument("--sqlite", action="store_true", help="with --load: on SQLite, and with fewer customers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
