"""A turnstile before a public door: so many attempts from one address in a while, and no more. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Turnstile:
    """Lets `most` attempts of one address through `within` a time. It remembers `addresses` of them, the newest."""

    most: int = 20
    within: timedelta = timedelta(minutes=1)
    addresses: int = 10_000
    _seen: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def lets(self, address: str, at: datetime) -> bool:
        """Whether the attempt at `at` may be made; it counts where it may."""
        times = self._seen.pop(address, deque())
        while times and at - times[0] >= self.within:
            times.popleft()
        is_free = len(times) < self.most
        if is_free:
            times.append(at)
        self._seen[address] = times
        while len(self._seen) > self.addresses:
            self._seen.popitem(last=False)
        return is_free
