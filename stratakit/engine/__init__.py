"""Database URLs, engines and connections."""
