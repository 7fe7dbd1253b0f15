"""What SQL statements do, read from their text: enough grammar to tell the dangerous ones."""
