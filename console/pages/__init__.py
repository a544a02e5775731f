"""Pages that are read in a browser, made by pure functions."""
