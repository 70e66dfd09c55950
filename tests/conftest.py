"""For all tests: how long one example of many takes is no fault, since other tests run beside it."""

from __future__ import annotations

from hypothesis import settings

# Everything else stays as it is found; where CI is set, that is Hypothesis' own choice of the same examples.
settings.register_profile("side by side", settings(deadline=None))
settings.load_profile("side by side")
