"""What short French and English texts speak of, with spaCy."""
