"""The outbox and the clocks: what was recorded leaves the house, and time moves a case on."""
