"""Pages that belong to the frame itself: search and help."""
