"""Tools that know no grant word."""
