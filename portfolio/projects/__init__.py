"""The micro-project: activities and visits."""
