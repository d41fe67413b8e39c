"""People, sign-in, dated roles with scope, delegation and interim."""
