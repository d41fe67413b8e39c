"""Portfolio: grants and micro-projects of a regional authority."""
