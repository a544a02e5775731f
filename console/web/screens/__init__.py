"""The screens: one module each, which reads what its template shows."""
