"""What makes the hotline start, stop and stay up on one machine: its own PostgreSQL and Redis, its child
processes, the steps that set it up and the checks that find what is wrong. Nothing of the hotline's subject.
"""

from __future__ import annotations

from hotline.platform.addresses import database, redis

__all__ = ["database", "redis"]
