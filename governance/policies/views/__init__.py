"""Pages: what is required, how divisions measure up, and what to do about it."""
