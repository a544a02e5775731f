"""Pushes: what the platforms tell by themselves of a day, sent to an address that the test names."""
