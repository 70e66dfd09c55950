"""Pure functions that decide: fields, conditions, ladders, routing, holders. No I/O, no clock."""
