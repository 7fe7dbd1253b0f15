"""The versions of two servers, which may make one schema look like two."""

from sqlalchemy import Connection

NAMES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}


def server_version(connection: Connection) -> str:
    """Return the product and the major version of a server, such as "PostgreSQL 18"."""
    dialect = connection.dialect
    name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    # Before PostgreSQL 10, in MySQL and in MariaDB the second number is of the major version, too.
    count = 1 if name == "postgresql" else 2
    numbers = (dialect.server_version_info or ())[:count]
    return " ".join([NAMES.get(name, name), ".".join(map(str, numbers))]).strip()


def describe_versions(scratch: str, project: str) -> str:
    """Return a sentence if the server of the scratch databases is not the project's.

    Args:
        scratch: its version, as `server_version` returns it.
        project: the version of the server of the project's database.

    Returns:
        The sentence; empty if the versions are equal.
    """
    if scratch == project:
        return ""
    return (
        f"The scratch database is on {scratch} and the project's database on {project}, which may "
        f"be the reason. TEST_DATABASE_URL names a server of {project} for scratch databases."
    )
