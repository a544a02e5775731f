"""What leaves the messaging store, and nothing else does."""
