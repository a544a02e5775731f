"""What short French and English texts speak of, and the same as a component of spaCy."""
