"""X, whose name in data is twitter: its listings, their translation and its errors."""
