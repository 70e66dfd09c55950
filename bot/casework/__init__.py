"""Use cases, one unit of work each. Knows the engine and the model; knows neither Teams, cards nor TinyDB."""
