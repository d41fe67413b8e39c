"""The convention de subvention, its tranches and their conditions, amendments, suspension."""
