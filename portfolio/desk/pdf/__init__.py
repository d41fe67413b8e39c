"""Papers of the desk."""
