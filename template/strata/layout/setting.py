"""Where a project keeps the URL of its database: told by what it makes its engine from."""

import ast
import re
from collections.abc import Iterator

from strata.layout.project import Project
from strata.layout.way import VARIABLE, way

ENGINES = {
    "create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config"
}  # fmt: skip
NAMED = re.compile(
    r"(?i)\A(?:sqlalchemy_|async_|sync_)*"
    r"(?:database|db|postgres|postgresql|pg|mysql|mariadb|sqlite|sqlalchemy)"
    r"(?:_async|_sync|_database)*_?(?:url|uri|dsn)\Z"
)
# Beside the database there may be its copies, and those of other programs.
BESIDE = re.compile(r"(?i)test|celery|(?:[:._]|\A)(?:read|reader|readonly|replica|slave)(?:_|\Z)")


def of_url(project: Project) -> str:
    """Find the setting: `module:name.attribute`, the name of a variable, or nothing.

    What Alembic's environment takes goes before what the application does.
    """
    for ways in (
        _environments(project),
        _engines(project),
        _settings(project),
        _handed_over(project),
        _constants(project),
        _variables(project),
    ):
        if found := sorted(set(ways), key=_rank):
            return found[0]
    return ""


def _rank(way: str) -> tuple[bool, bool, str]:
    """The application's own before one beside it, a synchronous one before an asynchronous."""
    return bool(BESIDE.search(way)), "async" in way.lower(), way


def _environments(project: Project) -> Iterator[str]:
    """What env.py connects to, or sets as `sqlalchemy.url`."""
    if (file := project.environment) is None:
        return
    for node in project.nodes(file):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call):
            if _last(node) in ENGINES:
                given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "url")]
            elif any(_is_url(argument) for argument in node.args):
                given = node.args[-1:]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            given = [node.value] if _is_url(node.targets[0].slice) else []
        elif isinstance(node, ast.Dict):
            given = [v for k, v in zip(node.keys, node.values, strict=True) if k and _is_url(k)]
        for expression in given:
            yield from way(project, file, expression)


def _is_url(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in ("sqlalchemy.url", "url")


def _engines(project: Project) -> Iterator[str]:
    """What an engine is made from, where that is a name of a module or an attribute of one."""
    for file, text in project.texts.items():
        if not any(name in text for name in ENGINES):
            continue
        for node in project.nodes(file):
            if isinstance(node, ast.Call) and _last(node) in ENGINES:
                given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "url")]
                for expression in given:
                    yield from way(project, file, expression)


def _handed_over(project: Project) -> Iterator[str]:
    """What is handed to whatever makes the engine: `Database(url=settings.db.url)`."""
    for file, text in project.texts.items():
        if "url" not in text and "dsn" not in text:
            continue
        for node in project.nodes(file):
            for keyword in node.keywords if isinstance(node, ast.Call) else ():
                if keyword.arg in ("url", "dsn", "db_url", "database_url"):
                    for found in way(project, file, keyword.value):
                        names = re.findall(r"\w+", found)
                        if NAMED.match("_".join(names[-2:])) or NAMED.match(names[-1]):
                            yield found


def _last(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


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


def _constants(project: Project) -> Iterator[str]:
    """What is named like a URL of a database in a module that holds the configuration."""
    for file, text in project.texts.items():
        if re.search(r"(?im)^\w*(?:url|uri|dsn)\b.*=", text):
            for node in project.tree(file).body:
                target = node.targets[0] if isinstance(node, ast.Assign) else None
                if isinstance(target, ast.Name) and NAMED.match(target.id):
                    yield f"{project.module(file)}:{target.id}"


def _variables(project: Project) -> Iterator[str]:
    """Variables of the environment that the project reads, or that its .env sets."""
    for text in project.texts.values():
        yield from (name for name in re.findall(VARIABLE, text) if NAMED.match(name))
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
