"""Files that people hand in: lists of sign-ups, and what a platform lets an account's owner download."""
