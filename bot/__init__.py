"""The running service: see README.md in this folder for how its parts fit together."""
