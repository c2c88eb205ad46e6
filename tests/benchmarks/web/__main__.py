"""`python -m tests.benchmarks.web`: what pages and clicks cost, against a bare Django application that does the same.

On databases of their own on the PostgreSQL of DATABASE_URL. Nothing of this runs with the tests, and nothing in it is a limit.
"""

import os
from argparse import ArgumentParser, Namespace

from tests.benchmarks.web import measure, sides
from tests.benchmarks.web.kinds import KINDS


def main() -> None:
    options = _options()
    kinds = {name: KINDS[name] for name in options.kinds}
    print(f"making rows for {', '.join(kinds)}, and {options.tickets:,} tickets ...", flush=True)
    with sides.filled(measure.acts(options.seconds), options.tickets) as (floor, ours):
        measure.run(kinds, floor, ours, options.seconds)
    print(f"load of the machine (1 minute): {os.getloadavg()[0]:.1f}")


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.benchmarks.web", description="Measure pages and clicks.")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--seconds", type=int, default=10, help="for each kind; 0 is one round")
    parser.add_argument("--tickets", type=int, default=1000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
