"""Pages of the half-year reports."""
