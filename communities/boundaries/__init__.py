"""Boundaries of communities: reading, converting, measuring, checking, drawing and keeping them."""
