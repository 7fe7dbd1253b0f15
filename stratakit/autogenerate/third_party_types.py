"""Types of installed libraries, such as pgvector's: a revision may import them.

A type of the application's own may not be imported: the revision would break when the application
changes.
"""

import json
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.types import TypeEngine

from stratakit.diagnostics.command import project_root

# Debian's Python installs its packages into the second.
SITE_FOLDERS = {"site-packages", "dist-packages"}


def is_third_party_type(type_: TypeEngine[object]) -> bool:
    """Return whether the class of a type belongs to a library, and not to the application.

    A library is installed in a folder for packages, or editable from a folder that is not one of
    the project.

    Args:
        type_: a type of a column.
    """
    module = sys.modules.get(type(type_).__module__)
    file = getattr(module, "__file__", None)
    if file is None:
        return False
    path = Path(file).resolve()
    if SITE_FOLDERS & set(path.parts):
        return True
    sources = [folder for folder in _editable_sources() if path.is_relative_to(folder)]
    return bool(sources) and not project_root().resolve().is_relative_to(max(sources))


@cache
def _editable_sources() -> frozenset[Path]:
    """Return the folders from which distributions are installed in editable mode.

    https://packaging.python.org/en/latest/specifications/direct-url-data-structure/
    """
    origins = [
        json.loads(text)
        for distribution in distributions()
        if (text := distribution.read_text("direct_url.json"))
    ]
    return frozenset(
        Path(unquote(urlsplit(origin["url"]).path)).resolve()
        for origin in origins
        if origin.get("dir_info", {}).get("editable")
    )
