"""The version of the product, kept once."""

VERSION = "0.1.0"
