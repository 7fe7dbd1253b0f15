"""File locks, detached processes and client programs."""
