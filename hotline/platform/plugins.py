"""What the packages contribute by entry point, so that the lowest package need not import the highest.

| group              | name                       | value                                         |
|--------------------|----------------------------|-----------------------------------------------|
| `hotline.commands` | the subcommand             | a function, or a typer app                    |
| `hotline.setup`    | the step (see `setup.STEPS`) | callable(settings, say)                     |
| `hotline.children` | whoever contributes        | callable(settings) → iterable of `Child`      |
| `hotline.exchange` | `switch`                   | callable(settings) → `Exchange`               |
| `hotline.doctor`   | whoever contributes        | callable(settings) → iterable of `Finding`    |
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from hotline.errors import Misconfigured
from hotline.platform.child import Child
from hotline.settings import Settings


def contributed(group: str) -> dict[str, EntryPoint]:
    """The entry points of `group`, by name; not loaded yet."""
    return {point.name: point for point in entry_points(group=group)}


def load(point: EntryPoint) -> Any:
    """What `point` names. Raises `Misconfigured` when that can't be imported."""
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise Misconfigured(
            f"{point.group} {point.name} = {point.value}", str(error), "something to import"
        ) from error


def children(settings: Settings) -> tuple[Child, ...]:
    """All children that run with these settings."""
    found: list[Child] = []
    for point in contributed("hotline.children").values():
        contribution: Iterable[Child] = load(point)(settings)
        found.extend(contribution)
    return in_order(found)


def in_order(children: Iterable[Child]) -> tuple[Child, ...]:
    """Each child after those that it waits for; otherwise as given. Names that don't run here are ignored."""
    waiting = {child.name: child for child in children}
    ordered: list[Child] = []
    while waiting:
        free = [c for c in waiting.values() if not any(name in waiting for name in c.after)]
        if not free:
            raise Misconfigured(
                "hotline.children", f"a circle among {', '.join(waiting)}", "an order to start in"
            )
        ordered.extend(free)
        for child in free:
            del waiting[child.name]
    return tuple(ordered)
