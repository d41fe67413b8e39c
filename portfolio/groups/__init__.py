"""Applicant groups: members, bureau, verification, bank and mobile-money accounts."""
