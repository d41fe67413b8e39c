"""What the desk reads across rooms."""
