"""Errors, findings and their output formats."""
