"""Pages of the community registry."""
