"""The model of Python objects: what they hold, what they share, and their fingerprints."""
