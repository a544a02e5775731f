"""Verifying: a feed of invented people that plays scenarios against somebody's consumer."""
