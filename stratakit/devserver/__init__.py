"""The local PostgreSQL server: its programs, account, data folder and socket."""
