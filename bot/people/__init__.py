"""Who holds what today: the people file, and the checks that every role has a holder."""
