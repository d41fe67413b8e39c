"""HTTP tools: the route class, rendering, panels, session, CSRF, headers."""
