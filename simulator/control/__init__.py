"""What a test asks of the simulator itself, under `/sim`: truth, counts, and commands."""
