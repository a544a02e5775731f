"""The verbs: plain functions with everything passed in."""
