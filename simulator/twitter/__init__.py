"""X API v2 as the reference describes it; `app.answer` is its door."""
