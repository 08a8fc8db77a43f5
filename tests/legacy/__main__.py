"""Writes the nineteen exports and their mapping files into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.legacy.exports import Dirt, export
from tests.legacy.people import Town
from tests.legacy.systems import SYSTEMS


def main() -> None:
    """Writes them, and says what an import of each must come to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=200, help="good tickets in each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    town = Town(options.rows * 3)
    for system in SYSTEMS:
        made = export(system, town, options.rows, Dirt(), options.seed)
        data, _ = made.write(options.folder)
        print(  # noqa: T201
            f"{data.name}: {len(made.rows)} rows; {len(made.good)} to load, {made.dirt.repeated} duplicate, "
            f"{made.dirt.rejected} to reject"
        )


if __name__ == "__main__":
    main()
