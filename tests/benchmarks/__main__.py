"""`python -m tests.benchmarks`: measure, print the table, exit 1 if a target is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from urllib.error import URLError

from tests.benchmarks.results import Line, Unavailable, missing, table
from tests.benchmarks.rows import ROWS, Bench


def main() -> int:
    """Run the rows that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of 1 s, 10,000 stored")
    parser.add_argument(
        "--only", action="append", choices=ROWS, metavar="NAME", help=", ".join(ROWS)
    )
    options = parser.parse_args()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="ses-emulator-benchmarks-") as folder:
        bench = Bench(Path(folder), 1, 1.0, 10_000) if options.quick else Bench(Path(folder))
        for name in options.only or ROWS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            try:
                lines += ROWS[name](bench)
            except (Unavailable, RuntimeError, URLError) as error:
                lines.append(missing(name, str(error), "any"))
    print(table(lines))
    print(
        f"\nMedians of {bench.rounds} interleaved round(s) of {bench.seconds:.0f} s; a ratio is "
        "the median of the rounds' ratios, with the smallest and the largest."
    )
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
