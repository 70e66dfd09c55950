"""Tests. A package of this name, because a dependency installs one of its own that would be found instead."""
