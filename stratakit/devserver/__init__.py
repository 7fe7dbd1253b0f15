"""What the local PostgreSQL server consists of: programs, an account, a data folder, a socket."""
