"""Where a project keeps the URL of its database: told by what it makes its engine from."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from strata.layout.project import Project

ENGINES = {
    "create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config"
}  # fmt: skip
NAMED = re.compile(
    r"(?i)\A(?:sqlalchemy_|async_|sync_)*"
    r"(?:database|db|postgres|postgresql|pg|mysql|mariadb|sqlite|sqlalchemy)"
    r"(?:_async|_sync|_database)*_?(?:url|uri|dsn)\Z"
)
ENVIRONMENT = re.compile(r"""(?:getenv|environ(?:\.get)?)[(\[]\s*["'](\w+)["']""")


def of_url(project: Project) -> str:
    """Find the setting: `module:name.attribute`, the name of a variable, or nothing."""
    for ways in (_engines(project), _settings(project), _variables(project)):
        if found := sorted(set(ways), key=_rank):
            return found[0]
    return ""


def _rank(way: str) -> tuple[bool, bool, str]:
    """The application's own before one for tests, a synchronous one before an asynchronous."""
    return "test" in way.lower(), "async" in way.lower(), way


def _engines(project: Project) -> Iterator[str]:
    """What an engine is made from, where that is a name of a module or an attribute of one."""
    for file, text in project.texts.items():
        if not any(name in text for name in ENGINES):
            continue
        tree = project.tree(file)
        for node in project.nodes(file):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ENGINES:
                given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "url")]
                for expression in given:
                    yield from _way(project, file, tree, expression)


def _way(project: Project, file: Path, tree: ast.Module, given: ast.expr) -> Iterator[str]:
    # str(settings.url), settings.url.unicode_string() and get_settings().url name the same.
    if (
        isinstance(given, ast.Call)
        and ast.unparse(given.func) in ("str", "make_url")
        and given.args
    ):
        given = given.args[0]
    path: list[str] = []
    while not isinstance(given, ast.Name):
        if isinstance(given, ast.Attribute):
            path.insert(0, given.attr)
            given = given.value
        elif isinstance(given, ast.Call) and not given.args:
            given = given.func
        else:
            return
    module, name = project.imported(file, given.id)
    inner = f"{module}.{name}".strip(".")
    if path and project.file(inner) is not None:
        # A module, of which the first attribute is the name.
        module, name, *path = inner, *path
    home = project.file(module)
    if home is None or (module == project.module(file) and name not in _globals(tree)):
        return
    yield ".".join([f"{module}:{name}", *path])


def _settings(project: Project) -> Iterator[str]:
    """The fields of pydantic's settings that are named like a URL of a database."""
    for file, text in project.texts.items():
        if "BaseSettings" not in text:
            continue
        tree = project.tree(file)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                for name in _fields(node):
                    if NAMED.match(name):
                        yield f"{project.module(file)}:{_instance(tree, node.name)}.{name}"


def _instance(tree: ast.Module, name: str) -> str:
    """What a module has of a class: an object where it makes one, else the class."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target = node.targets[0]
            if ast.unparse(node.value.func) == name and isinstance(target, ast.Name):
                return target.id
    return name


def _variables(project: Project) -> Iterator[str]:
    """Variables of the environment that the project reads, or that its .env sets."""
    for text in project.texts.values():
        yield from (name for name in ENVIRONMENT.findall(text) if NAMED.match(name))
    for name in (".env", ".env.example"):
        if (file := project.root / name).is_file():
            keys = re.findall(r"(?m)^(?:export )?(\w+)\s*=", file.read_text("utf-8", "replace"))
            yield from (key for key in keys if NAMED.match(key))


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id
        elif isinstance(statement, ast.FunctionDef) and statement.decorator_list:
            yield statement.name


def _globals(tree: ast.Module) -> set[str]:
    names = set[str]()
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return names
