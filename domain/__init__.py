"""Frozen values that every other folder speaks in; standard library only."""
