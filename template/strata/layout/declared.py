"""Declarative bases and the files that declare models, told from their text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from strata.layout.inherited import children, origin
from strata.layout.project import Project

CLASSES = {"DeclarativeBase", "DeclarativeBaseNoMeta"}
CALLS = {"declarative_base", "generate_base", "automap_base", "registry"}
SQLMODEL = "sqlmodel:SQLModel"
MAPPED = {"mapped", "mapped_as_dataclass"}
BASE_SIGNS = (*CLASSES, *CALLS, "as_declarative", "MetaData(", "metadata =")
MODEL_SIGNS = ("__tablename__", "__table__", "table=True", "table = True", "Table(")


def bases_and_models(project: Project) -> tuple[list[str], list[Path]]:
    """Find the declarative bases, and the files in which tables are declared.

    Returns:
        The bases as `module:name`, and the files in the order of their names.
    """
    bases = {
        (project.module(file), name): kind
        for file in _with(project, BASE_SIGNS)
        for name, kind in _bases(project.tree(file))
    }
    names = {name for (_, name), kind in bases.items() if kind == "base"}
    models: list[Path] = []
    collections, foreign, sqlmodel = set(), set(), False
    parents = set[tuple[str, str]]()
    known = _with_abstract(project, names)
    for file in _with(project, MODEL_SIGNS, _children(known)):
        nodes = project.nodes(file)
        tables = [_last(call.args[1]) for call in _table_calls(nodes)]
        classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        mapped = [node for node in classes if _is_model(node, known)]
        if tables or mapped:
            models.append(file)
        collections |= set(tables)
        sqlmodel |= any(_is_sqlmodel(node) for node in mapped)
        for node in mapped:
            if _is_sqlmodel(node):
                # Its child has a table where it says so itself.
                continue
            parents.add((project.module(file), node.name))
            if node.bases and (place := origin(project, file, node.bases[0])):
                module, name = place
                if project.file(module) is None:
                    foreign.add(f"{module}:{name}")
    models += children(project, parents, set(models))
    found = [
        f"{module}:{name}"
        for (module, name), kind in bases.items()
        if kind == "base" or name in collections
    ]
    if sqlmodel:
        found.append(SQLMODEL)
    return _migrated(project, found) or sorted(foreign), sorted(models)


def _migrated(project: Project, bases: list[str]) -> list[str]:
    """Those of some bases that Alembic's environment names: others are of other databases.

    Returns:
        All where it names none.
    """
    named = set[str]()
    for node in project.nodes(project.environment) if project.environment else ():
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "target_metadata":
            parts = list(ast.walk(node.value))
            named |= {part.id for part in parts if isinstance(part, ast.Name)}
            named |= {part.attr for part in parts if isinstance(part, ast.Attribute)} - {"metadata"}
    return [base for base in bases if base.rpartition(":")[2] in named] or bases


def _bases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The bases of a module, and its collections of tables (MetaData)."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            decorators = {_last(each) for each in node.decorator_list}
            bases = {_last(each) for each in node.bases}
            of_sqlmodel = "SQLModel" in bases and "metadata" in _assigned(node)
            if CLASSES & bases or "as_declarative" in decorators or of_sqlmodel:
                yield node.name, "base"
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            called = _last(node.value.func)
            if isinstance(target, ast.Name) and called in CALLS:
                yield target.id, "base"
            elif isinstance(target, ast.Name) and called == "MetaData":
                yield target.id, "metadata"


def _with_abstract(project: Project, names: set[str]) -> set[str]:
    """The names of the bases, and of the abstract classes that build on them."""
    known, before = set(names), set[str]()
    while known != before:
        before = set(known)
        for file in _with(project, ("__abstract__",)):
            for node in project.nodes(file):
                if isinstance(node, ast.ClassDef) and _assigned(node) & {"__abstract__"}:
                    known |= {node.name}
    return known


def _is_model(node: ast.ClassDef, known: set[str]) -> bool:
    assigned = _assigned(node)
    bases = {_last(each) for each in node.bases}
    if {_last(each) for each in node.decorator_list} & MAPPED:
        return True
    if "__abstract__" in assigned or not bases or bases & CLASSES or node.name in known:
        return False
    return bool(bases & known or assigned & {"__tablename__", "__table__"} or _is_sqlmodel(node))


def _is_sqlmodel(node: ast.ClassDef) -> bool:
    return any(
        keyword.arg == "table" and ast.unparse(keyword.value) == "True" for keyword in node.keywords
    )


def _assigned(node: ast.ClassDef) -> set[str]:
    return {
        target.id
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
        if isinstance(target, ast.Name)
    }


def _table_calls(nodes: tuple[ast.AST, ...]) -> Iterator[ast.Call]:
    for node in nodes:
        if (
            isinstance(node, ast.Call)
            and _last(node.func) == "Table"
            and len(node.args) > 2
            # Another library's Table has texts here.
            and not isinstance(node.args[1], ast.Constant)
        ):
            yield node


def _with(
    project: Project, signs: tuple[str, ...], pattern: re.Pattern[str] | None = None
) -> Iterator[Path]:
    """The files in which one of the signs is, or what matches the pattern."""
    for file, text in project.texts.items():
        if any(sign in text for sign in signs) or (pattern and pattern.search(text)):
            yield file


def _children(names: set[str]) -> re.Pattern[str] | None:
    """What a class looks like that inherits from one of these."""
    either = "|".join(map(re.escape, sorted(names)))
    return re.compile(rf"class\s+\w+\s*\([^)]*\b(?:{either})\b") if names else None


def _last(expression: ast.expr) -> str:
    called = expression.func if isinstance(expression, ast.Call) else expression
    if isinstance(called, ast.Subscript):
        called = called.value
    return ast.unparse(called).rpartition(".")[2]
