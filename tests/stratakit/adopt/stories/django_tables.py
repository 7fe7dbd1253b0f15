"""Let Django make its tables: `python django_tables.py URL`, a process of its own."""

import sys

import django  # type: ignore[import-untyped]
from django.conf import settings  # type: ignore[import-untyped]
from django.core.management import call_command  # type: ignore[import-untyped]
from pymysql import install_as_MySQLdb  # type: ignore[import-untyped]
from sqlalchemy import make_url

if __name__ == "__main__":
    url = make_url(sys.argv[1])
    backend = url.get_backend_name()
    # Django's own driver needs a compiler; this one stands in for it.
    install_as_MySQLdb()
    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": f"django.db.backends.{'sqlite3' if backend == 'sqlite' else backend}",
                "NAME": url.database,
                "USER": url.username or "",
                # A path is taken for a socket.
                "HOST": url.query.get("unix_socket", url.query.get("host", url.host or "")),
                "PORT": url.port or url.query.get("port", ""),
            }
        },
    )
    django.setup()
    call_command("migrate", verbosity=0)
