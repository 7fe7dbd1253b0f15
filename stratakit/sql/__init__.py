"""A parser of SQL statements, with enough grammar to recognize the dangerous ones."""
