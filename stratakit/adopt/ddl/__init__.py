"""The DDL of a baseline, read from a live database."""
