"""Roles of MySQL and MariaDB: grants on the database, which cover later tables, too."""

TEMPLATE = """\
-- Run by an administrator: mariadb < roles.sql
-- Then give each a password: ALTER USER {owner} IDENTIFIED BY '...'; the same for {app}
-- Locked until then, because anyone could log in without a password.
CREATE USER IF NOT EXISTS {owner} ACCOUNT LOCK;
CREATE USER IF NOT EXISTS {app} ACCOUNT LOCK;

GRANT ALL PRIVILEGES ON `{pattern}`.* TO {owner};

-- The application reads and writes rows, and no more.
GRANT SELECT, INSERT, UPDATE, DELETE ON `{pattern}`.* TO {app};
-- When they have their passwords: ALTER USER {owner} ACCOUNT UNLOCK; the same for {app}
"""


def sql(database: str, owner: str, app: str, _version_table: str = "") -> str:
    """Write the SQL; in the name of a database, `_` alone would match any character."""
    return TEMPLATE.format(pattern=database.replace("_", r"\_"), owner=owner, app=app)
