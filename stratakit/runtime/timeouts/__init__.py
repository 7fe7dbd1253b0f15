"""Session timeouts, one module per database."""
