"""Safe database migrations for projects that use Alembic and SQLAlchemy."""


def __getattr__(name: str) -> str:
    # Read on demand: importlib.metadata takes longer to import than `help` takes to answer.
    if name == "__version__":
        from importlib.metadata import version

        return version("stratakit")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
