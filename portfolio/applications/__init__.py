"""Files: drafting, paper intake, filing, returning, withdrawing."""
