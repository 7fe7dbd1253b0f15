"""Bringing an existing database under migration."""
