"""The only SQL: tables, the engine, and one file per noun."""
