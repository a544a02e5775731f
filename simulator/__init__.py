"""Both platforms over HTTP on loopback, computed from a seed; shares no code with the product it judges."""
