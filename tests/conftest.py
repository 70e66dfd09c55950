"""For all tests: how long one example of many takes is no fault, since other tests run beside it.

And the cards of all stories, which are played once for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.every_card import Collection

# Everything else stays as it is found; where CI is set, that is Hypothesis' own choice of the same examples.
settings.register_profile("side by side", settings(deadline=None))
settings.load_profile("side by side")


@pytest.fixture(scope="session")
def every_card(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Collection]:
    """The cards of every story, by pack; test processes that run side by side share them."""
    # Most tests need none of it.
    from tests.every_card import every_card as played

    own = tmp_path_factory.getbasetemp()
    return played(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
