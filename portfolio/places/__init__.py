"""Administrative units with their codes, and the outlines of the map."""
