"""Backfills: rows that are changed while the application runs, by `stratakit backfill NAME`.

A backfill is a file `migrations/backfills/NAME.py`. It is no revision: it may take days, is paused,
killed and continued, and holds no lock that a migration waits for.
"""
