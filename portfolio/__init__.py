"""Portfolio: grants and micro-projects, from the call for proposals to the printed disbursement ledger."""

__version__ = "0.1.0"
