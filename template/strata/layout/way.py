"""From an expression that gives a URL to the name under which others may ask for it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from strata.layout.project import Project

VARIABLE = r"""(?:getenv|environ(?:\.get)?)[(\[]\s*["'](\w+)["']"""
IS_VARIABLE = re.compile(rf"\A(?:os\.)?{VARIABLE}")
# What gives the same URL in another form, of what is before the point or in the parentheses.
FORMS = {
    "__str__", "get_secret_value", "render_as_string", "replace", "set", "strip", "unicode_string"
}  # fmt: skip
AROUND = {"str", "make_url", "URL"}


def way(project: Project, file: Path, given: ast.expr) -> Iterator[str]:
    """Name what an expression of a file takes.

    Returns:
        `module:name.attribute`, with the arguments of a call that are written out; the name of a
        variable of the environment; nothing where it is neither.
    """
    path: list[str] = []
    seen: set[str] = set()
    while True:
        given = _plain(given)
        if isinstance(given, ast.Attribute):
            path.insert(0, given.attr)
            given = given.value
        elif isinstance(given, ast.Call | ast.Subscript) and (
            variable := IS_VARIABLE.match(ast.unparse(given))
        ):
            default = given.args[1:] if isinstance(given, ast.Call) else []
            if not default or isinstance(default[0], ast.Constant):
                if not path:
                    yield variable[1]
                return
            # Settings, which read the same variable, as a rule.
            given = default[0]
        elif isinstance(given, ast.Call) and not given.keywords and _are_written_out(given.args):
            if given.args:
                listed = ", ".join(map(ast.unparse, given.args))
                function = given.func
                if not isinstance(function, ast.Attribute):
                    return
                path.insert(0, f"{function.attr}({listed})")
                given = function.value
            else:
                given = given.func
        elif (
            isinstance(given, ast.Name)
            and _is_local(project, file, given.id)
            and (given.id not in seen and (value := _value(project.tree(file), given.id)))
        ):
            seen.add(given.id)
            given = value
        else:
            break
    if isinstance(given, ast.Name):
        yield from _named(project, file, given.id, path)


def _plain(given: ast.expr) -> ast.expr:
    """An expression without what only gives the URL another form.

    str(settings.url), settings.url.unicode_string() and f"{settings.url}?x=y" name the same.
    """
    while True:
        if isinstance(given, ast.Call) and given.args and ast.unparse(given.func) in AROUND:
            given = given.args[0]
        elif (
            isinstance(given, ast.Call)
            and isinstance(given.func, ast.Attribute)
            and given.func.attr in FORMS
        ):
            given = given.func.value
        elif isinstance(given, ast.BoolOp):
            given = given.values[-1]
        elif isinstance(given, ast.JoinedStr) and _begins_with_its_one_value(given):
            given = given.values[0].value  # type: ignore[attr-defined]
        else:
            return given


def _begins_with_its_one_value(text: ast.JoinedStr) -> bool:
    values = [isinstance(part, ast.FormattedValue) for part in text.values]
    return values[:1] == [True] and sum(values) == 1


def _are_written_out(arguments: list[ast.expr]) -> bool:
    return all(isinstance(argument, ast.Constant) for argument in arguments)


def _named(project: Project, file: Path, name: str, path: list[str]) -> Iterator[str]:
    module, name = project.imported(file, name)
    inner = f"{module}.{name}".strip(".")
    if path and project.file(inner) is not None:
        # A module, of which the first attribute is the name.
        module, name, *path = inner, *path
    home = project.file(module)
    if home in (None, project.environment) or (
        module == project.module(file) and name not in _globals(project.tree(file))
    ):
        return
    yield ".".join([f"{module}:{name}", *path])


def _is_local(project: Project, file: Path, name: str) -> bool:
    """Whether a name is one of Alembic's environment, which nobody else can import."""
    return file == project.environment and project.imported(file, name)[0] == project.module(file)


def _value(tree: ast.Module, name: str) -> ast.expr | None:
    """What a name of a module stands for: what is assigned to it last, or what it returns."""
    for node in reversed(tree.body):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in node.targets
        ):
            return node.value
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
            return node.value
        if isinstance(node, ast.FunctionDef) and node.name == name:
            returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
            return returned[0] if len(returned) == 1 else None
    return None


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
