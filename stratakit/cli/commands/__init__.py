"""One verb of the command line a file.

Each has a docstring (its help), `add_arguments(parser)` and `run(arguments, config)`, which returns
the exit status. Adding a verb is adding a file.
"""
