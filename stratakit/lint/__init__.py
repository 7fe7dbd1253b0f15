"""Linting revisions by running them."""
