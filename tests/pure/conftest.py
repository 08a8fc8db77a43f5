"""Properties take as long as they take, for a busy machine is no reason to fail; so they take few examples."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None, max_examples=60)
settings.load_profile("patient")
