"""Subcommands of `python -m bot`, one module each, imported only when called."""
