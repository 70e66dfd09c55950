"""What a school edits, made into values: reader with lines, parsers, checks. Knows the model alone."""
