"""Settings, their loading, logging, prices and the policy packs."""
