"""The application context that the env.py of Flask-Migrate needs.

The application is found as the command `flask` finds it: by FLASK_APP, which may be in `.flaskenv`
or `.env`, else in `wsgi.py` or `app.py`.
https://flask.palletsprojects.com/en/stable/cli/#application-discovery
"""

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.runtime.env_errors import explain_environment_error

if TYPE_CHECKING:
    from flask import Flask


@contextmanager
def application_context(env_file: Path, root: Path) -> Iterator[None]:
    """Run a block in the context of the application, if env.py uses `current_app`.

    Args:
        env_file: the env.py.
        root: the project's folder.

    Raises:
        StrataError: the application is not found, or cannot be imported.
    """
    if not env_file.is_file() or b"current_app" not in env_file.read_bytes():
        yield
        return
    try:
        application = _load_application(root)
    except StrataError:
        raise
    except BaseException as error:
        raise explain_environment_error(env_file, error) from error
    with application.app_context():
        yield


@cache
def _load_application(root: Path) -> "Flask":
    from flask.cli import NoAppException, ScriptInfo, load_dotenv

    with chdir(root):
        load_dotenv()
        try:
            return ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
        except NoAppException as error:
            if isinstance(error.__context__, ImportError) and "Traceback" in str(error):
                # The application is there, and a package that it imports is not.
                raise error.__context__ from None
            raise UsageError(
                f"The Flask application is not found: {' '.join(str(error).split())}",
                detail="env.py uses flask.current_app, as that of Flask-Migrate does.",
                hint="Name it in .flaskenv or in the environment, such as "
                "FLASK_APP=package:create_app",
            ) from error
