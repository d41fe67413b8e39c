"""Purchases by the authority or by a group: quotations, comparison, order, reception."""
