"""One change of the schema a file, each with a tested way down."""
