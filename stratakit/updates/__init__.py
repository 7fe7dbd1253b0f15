"""Updating a service from its template."""
