"""Pure functions from a definition, a run or report, and the facts of the moment to what follows. No I/O."""
