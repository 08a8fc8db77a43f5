"""The nineteen systems that a city merges, invented: each with habits of its own, and dirt whose amount is known.

`python -m tests.legacy FOLDER [--rows N]` writes their exports and mapping files, to try an import by hand.
"""
