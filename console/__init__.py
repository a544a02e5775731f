"""How people reach the product."""
