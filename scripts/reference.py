"""Write the generated pages of the documentation: `python scripts/reference.py`.

docs/reference comes from parsers, dataclasses, docstrings and copier.yml. tests/docs compares the
pages with the code.
"""

import argparse
import ast
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import yaml
from alembic.operations import Operations

import stratakit.alembic
from stratakit import commands
from stratakit.cli import commands as command_line
from stratakit.config import NO_KEYS, Config
from stratakit.diagnostics.command import MIGRATE, install_extra, install_requirement
from stratakit.locking.policy import WaitPolicy

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = REPOSITORY / "docs"
SECTION = re.compile(r"^(Args|Returns|Raises|Yields):\n", re.MULTILINE)
ENTRY = re.compile(r"^    (?! )(.+?): ", re.MULTILINE)
OPERATIONS = (
    "add_enum_value",
    "create_enum",
    "create_not_null_constraint",
    "create_unique_constraint_using_index",
    "drop_enum",
    "fill_in_batches",
    "rename_enum_value",
    "validate_constraint",
)
MESSAGES = {
    "StrataError": 0,
    "UsageError": 0,
    "DatabaseUnavailable": 0,
    "ConsentError": 0,
    "Finding": 1,
}
"""The kinds of messages, and the place of the text in their arguments, before reason and fix."""
NO_NAMES = {"self", "config", "each", "error"}
GENERAL_NAMES = {"id", "name", "path", "database", "version", "root", "message", "revision"}
"""Attributes that say little without their owner."""
OF_ARGUMENT = {
    "describe", "describe_exception", "format", "hide_logins", "join", "list", "map", "quote",
    "repr", "set", "sorted", "str", "suggest",
}  # fmt: skip
OF_OWNER = {
    "as_posix", "get", "group", "lower", "partition", "relative_to", "removesuffix", "replace",
    "rstrip", "split", "strip", "splitlines", "with_suffix",
}  # fmt: skip
"""Functions of which a message shows the argument, and methods of which it shows the owner."""
PRINTED = {"install_extra": install_extra, "install_requirement": install_requirement}
VARIABLES = {
    "DATABASE_URL": "the database; without it, the local database that `strata.toml` names",
    "MIGRATION_DATABASE_URL": "the database as migrations reach it: as the owner of the schema, "
    "without a pooler; by default `DATABASE_URL`",
    "TEST_DATABASE_URL": "a server on which scratch databases are created; by default the local "
    "PostgreSQL, a file of SQLite, or a MariaDB that is started if it is installed",
    "ENVIRONMENT": "`production` or `prod`: commands that may lose data ask for the name of the "
    "database",
    "STRATA_PROJECT": "the project's folder, if it is not a parent of the working directory",
    "ALEMBIC_CONFIG": "the `alembic.ini`, like the option `--config`",
}


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text)


@cache
def pages() -> dict[str, str]:
    """Return the text of every page that is generated, by its path in docs."""
    return {
        "decisions/index.md": _decisions(),
        "reference/commands.md": _commands(),
        "reference/messages.md": _messages(),
        "reference/python.md": _python(),
        "reference/settings.md": _settings(),
    }


def _commands() -> str:
    parts = [
        "# Commands\n",
        "A service runs a command as `./migrate.sh COMMAND`, another project as "
        "`stratakit COMMAND`. Every command has the options `--config`, `--name` and `-x` of the "
        "command `alembic`.\n",
        "| exit status | meaning |\n|---|---|\n| 0 | done |\n| 1 | a finding or a refusal |\n"
        "| 2 | a wrong call, setting or file |\n| 3 | no database |\n",
    ]
    for module in pkgutil.iter_modules(command_line.__path__):
        command = import_module(f"{command_line.__name__}.{module.name}")
        parser = argparse.ArgumentParser(prog=f"stratakit {module.name}", add_help=False)
        command.add_arguments(parser)
        usage = " ".join(parser.format_usage().split()).removeprefix("usage: ")
        parts += [f"## {module.name}\n", f"{_paragraphs(command.__doc__ or '')}\n"]
        parts.append(f"```text\n{usage}\n```\n")
        if rows := list(_options(parser)):
            parts.append(_table(("argument", "meaning"), rows))
    return _page(parts)


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other list of them
        name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        if action.option_strings and action.nargs != 0 and not action.choices:
            name += f" {action.metavar or action.dest.upper()}"
        text = (action.help or "").replace("%%", "%").replace("%(default)s", str(action.default))
        if action.choices:
            text = f"{text} ({', '.join(map(str, action.choices))})".strip()
        yield f"`{name}`", text


def _settings() -> str:
    keys = _documented_fields(Config, NO_KEYS)
    waits = [
        (f"`MIGRATION_{name.strip('`').upper()}`", default, text)
        for name, default, text in _documented_fields(WaitPolicy, set())
    ]
    return _page(
        [
            "# Settings\n",
            "## strata.toml\n",
            "The file is in the project's folder, and every key is optional.\n",
            _table(("key", "default", "meaning"), keys),
            "## Variables of the commands\n",
            "Read from the environment, and then from the project's `.env`.\n",
            _table(("variable", "meaning"), [(f"`{k}`", v) for k, v in VARIABLES.items()]),
            "How long a migration waits, in seconds:\n",
            _table(("variable", "default", "meaning"), waits),
            "## Variables of a service\n",
            "The fields of `app/settings.py`, read from the environment, from `.env` and from "
            "files in `/run/secrets`.\n",
            _table(("variable", "default", "meaning"), list(_service_settings())),
            "## Questions of the template\n",
            "Copier asks them. `copier copy --data NAME=VALUE` answers one on the command line.\n",
            _table(("name", "default", "question", "answers"), list(_questions())),
        ]
    )


def _documented_fields(kind: type, left_out: set[str]) -> list[tuple[str, str, str]]:
    assert is_dataclass(kind)
    documented = _sections(kind.__doc__ or "").get("Args", {})
    return [
        (f"`{field.name}`", _default(field.default), documented[field.name])
        for field in fields(kind)
        if field.name not in left_out
    ]


def _default(value: object) -> str:
    if value is MISSING:
        return ""
    return f"`{list(value) if isinstance(value, tuple) else value!r}`".replace("'", '"')


def _service_settings() -> Iterator[tuple[str, str, str]]:
    (settings,) = (
        node
        for node in ast.parse((REPOSITORY / "template/app/settings.py").read_text()).body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    for node, following in zip(settings.body, [*settings.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            default = ast.unparse(node.value).replace("'", '"') if node.value else ""
            is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            text = str(following.value.value) if is_text else ""  # type: ignore[union-attr]
            yield f"`{node.target.id.upper()}`", f"`{default}`", _line(text)


def _questions() -> Iterator[tuple[str, str, str, str]]:
    asked = yaml.safe_load((REPOSITORY / "copier.yml").read_text())
    for name, question in asked.items():
        if name.startswith("_") or question.get("when") is False:
            continue
        choices = question.get("choices", [])
        values = choices.values() if isinstance(choices, dict) else choices
        answers = ", ".join(f"`{value}`" for value in values)
        default = question["default"]
        default = str(default).lower() if isinstance(default, bool) else default
        yield f"`{name}`", f"`{default}`" if default else "", _line(question["help"]), answers


def _python() -> str:
    functions = [getattr(commands, name) for name in commands.__all__ if name.islower()]
    results = [getattr(commands, name) for name in commands.__all__ if not name.islower()]
    operations = [getattr(Operations, name) for name in OPERATIONS]
    environment: list[Callable[..., object]] = [
        stratakit.alembic.run_migrations,
        stratakit.alembic.discover_models,
    ]
    return _page(
        [
            "# Python API\n",
            "The names on this page keep their meaning within a minor version.\n",
            "## stratakit.alembic\n",
            "For `migrations/env.py`.\n",
            *map(_function, environment),
            "## stratakit.commands\n",
            f"{_paragraphs(commands.__doc__ or '')}\n",
            *map(_function, functions),
            "## Results\n",
            *map(_result, results),
            "## Operations\n",
            "`from alembic import op` in a revision has these operations in addition to "
            "Alembic's own.\n",
            *(_function(operation, "op.") for operation in operations),
        ]
    )


def _function(function: Callable[..., object], prefix: str = "") -> str:
    signature = inspect.signature(function)
    dropped = {"self", "operations"}
    parameters = [p for p in signature.parameters.values() if p.name not in dropped]
    names = ", ".join(str(p) for p in _plain(parameters))
    sections = _sections(inspect.getdoc(function) or "")
    parts = [f"### {function.__name__}\n", f"```text\n{prefix}{function.__name__}({names})\n```\n"]
    parts.append(sections["Summary"][""] + "\n")
    if arguments := {k: v for k, v in sections.get("Args", {}).items() if k not in dropped}:
        parts.append(_table(("argument", "meaning"), [(f"`{k}`", v) for k, v in arguments.items()]))
    if returned := sections.get("Returns"):
        parts.append(f"Returns {' '.join(returned.values())}\n")
    if raised := sections.get("Raises"):
        parts.append(_table(("raises", "if"), [(f"`{k}`", v) for k, v in raised.items()]))
    return "\n".join(parts)


def _plain(parameters: list[inspect.Parameter]) -> Iterator[str]:
    starred = False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        default = parameter.default
        name = (
            f"*{parameter.name}" if parameter.kind is parameter.VAR_POSITIONAL else parameter.name
        )
        is_given = default is inspect.Parameter.empty
        shown = "..." if callable(default) else repr(default)
        yield name if is_given else f"{name}={shown}"


def _result(kind: type) -> str:
    sections = _sections(inspect.getdoc(kind) or "")
    rows = [(f"`{name}`", text) for name, text in sections.get("Args", {}).items()]
    table = _table(("attribute", "meaning"), rows) if rows else ""
    return f"### {kind.__name__}\n\n{sections['Summary']['']}\n\n{table}"


def _messages() -> str:
    parts = [
        "# Messages\n",
        "Every message with which a command stops, and every finding of `check`, `drift` and the "
        "tests, by its text. Words in braces stand for actual names. A message has up to three "
        "parts: what is wrong, why it matters, and the command that fixes it.\n",
    ]
    rows = sorted(
        set(_raised()), key=lambda row: (re.sub(r"\W+", " ", row[0]).lower().strip(), row)
    )
    parts += [f"**{_escape(m)}**\n\n{_escape(' '.join(filter(None, rest)))}\n" for m, *rest in rows]
    return _page(parts)


def _raised() -> Iterator[tuple[str, str, str]]:
    for path in sorted((REPOSITORY / "stratakit").rglob("*.py")):
        module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        for node, function in _calls(tree):
            place = MESSAGES.get(ast.unparse(node.func))
            if place is None or len(node.args) <= place:
                continue
            given = {k.arg: k.value for k in node.keywords}
            given |= dict(zip(("message", "detail", "hint"), node.args[place:], strict=False))
            words = MessageText(module, tree, function)
            message, detail, hint = (
                words.of(given[part]) if part in given else ""
                for part in ("message", "detail", "hint")
            )
            if re.sub(r"\{.*?\}", "", message).strip(" .:\n"):
                yield message, detail, hint


def _calls(
    node: ast.AST, function: ast.FunctionDef | None = None
) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    """Yield each call below a node, with the function that it is in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, function
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else function)


class MessageText:
    """The texts of a function's messages, with a placeholder for each value.

    Args:
        module: the name of its module.
        tree: its module.
        function: the function; None outside of one.
        inlined: the variables and functions whose texts are being put together.
    """

    def __init__(
        self,
        module: str,
        tree: ast.Module,
        function: ast.FunctionDef | None,
        inlined: tuple[str, ...] = (),
    ) -> None:
        self._module, self._tree, self._function, self._inlined = module, tree, function, inlined
        self._assigned: dict[str, ast.expr] = {}
        for each in ast.walk(function) if function else ():
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                self._assigned.setdefault(each.targets[0].id, each.value)

    def of(self, node: ast.expr) -> str:
        """Return the text of an expression; of alternatives, the first."""
        match node:
            case ast.Constant():
                return str(node.value)
            case ast.JoinedStr():
                return "".join(map(self.of, node.values))
            case ast.BinOp():
                is_number = isinstance(node.right, ast.Constant) and node.right.value == 1
                return self.of(node.left) + ("" if is_number else self.of(node.right))
            case ast.List() | ast.Tuple():
                return ", ".join(map(self.of, node.elts))
            case ast.GeneratorExp() | ast.ListComp():
                return self.of(node.elt)
            case ast.Subscript(value=ast.Name(id=name), slice=index) if name.isupper():
                values = getattr(import_module(self._module), name)
                is_list = isinstance(values, tuple | list)
                return _printed(values[ast.literal_eval(index)]) if is_list else self.of(index)
            case ast.FormattedValue() | ast.Starred() | ast.Subscript():
                return self.of(node.value)
            case ast.IfExp():
                return self.of(node.body)
            case ast.BoolOp():
                return self.of(node.values[0])
            case ast.Name():
                return self._name(node.id)
            case ast.Attribute() if node.attr.isupper():
                owner = getattr(import_module(self._module), ast.unparse(node.value))
                return _printed(getattr(owner, node.attr))
            case ast.Attribute():
                is_general = node.attr in GENERAL_NAMES and isinstance(node.value, ast.Name)
                owner = getattr(node.value, "id", "") if is_general else ""
                return _placeholder("" if owner in {*NO_NAMES, node.attr} else owner, node.attr)
            case ast.Call():
                return self._call(node)
        return _placeholder(*re.findall(r"[a-z]+", ast.unparse(node).lower())[:3])

    def _name(self, name: str) -> str:
        if name.isupper():
            return _printed(getattr(import_module(self._module), name))
        return (
            self._inline(name, self._assigned.get(name), self._function)
            or self._argument(name)
            or _placeholder(name)
        )

    def _argument(self, parameter: str) -> str:
        """Return the text of a parameter, as the first call of the function gives it."""
        for call, function in _calls(self._tree):
            if self._function is None or ast.unparse(call.func) != self._function.name:
                continue
            names = [each.arg for each in self._function.args.args]
            given = dict(zip(names, call.args, strict=False))
            return self._inline(f"{parameter}=", given.get(parameter), function)
        return ""

    def _call(self, call: ast.Call) -> str:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
        if name == "join" and isinstance(call.func, ast.Attribute):
            parts = call.args[0]
            if isinstance(parts, ast.List | ast.Tuple):
                return self.of(call.func.value).join(map(self.of, parts.elts))
            return self.of(parts)
        if name in PRINTED:
            return PRINTED[name](*map(self.of, call.args))
        if name == "len":
            return _placeholder("number of", self.of(call.args[0]).strip("{}"))
        if name.strip("_") in OF_ARGUMENT and call.args:
            return self.of(call.args[-1])
        if name in OF_OWNER and isinstance(call.func, ast.Attribute):
            return self.of(call.func.value)
        called = next(
            (e for e in self._tree.body if isinstance(e, ast.FunctionDef) and e.name == name), None
        )
        returned = [e.value for e in ast.walk(called or ast.Pass()) if isinstance(e, ast.Return)]
        # The last return of the function itself comes before those of its inner blocks.
        return self._inline(name, returned[0] if returned else None, called) or _placeholder(
            re.sub(r"^_?(describe|suggest|find|format|read|list)_", "", name)
        )

    def _inline(self, name: str, value: ast.expr | None, function: ast.FunctionDef | None) -> str:
        """Return the text that a variable or a function stands for; empty if it has no words."""
        texts = ast.JoinedStr | ast.IfExp | ast.Constant | ast.Name
        key = f"{function.name if function else ''}.{name}"
        if key in self._inlined or not isinstance(value, texts):
            return ""
        inlined = (*self._inlined, key)
        text = MessageText(self._module, self._tree, function, inlined).of(value)
        return text if " " in re.sub(r"\{.*?\}", "", text).strip() else ""


def _printed(value: object) -> str:
    """Return a constant as messages print it."""
    if isinstance(value, str):
        return re.sub(rf"{MIGRATE}(?= |$)", "./migrate.sh", value)
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _placeholder(*words: str) -> str:
    """Return words in braces, in place of an actual value."""
    text = " ".join(words).replace("_", " ")
    return f"{{{' '.join(text.split())}}}"


def _decisions() -> str:
    parts = ["# Decisions\n", "Why Strata is as it is, one decision on each page.\n"]
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    titles = [page.read_text().partition("\n")[0].removeprefix("# ") for page in pages]
    rows = [f"- [{title}]({page.name})" for page, title in zip(pages, titles, strict=True)]
    return _page([*parts, "\n".join(rows)])


def _sections(docstring: str) -> dict[str, dict[str, str]]:
    """Split a docstring into its summary and its sections, each by the names of its entries."""
    summary, *rest = SECTION.split(inspect.cleandoc(docstring))
    sections = {"Summary": {"": _paragraphs(summary)}}
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        entries = ENTRY.split("\n" + textwrap.indent(textwrap.dedent(body), "    "))
        if title == "Returns":
            sections[title] = {"": _line(body)}
        else:
            pairs = zip(entries[1::2], entries[2::2], strict=True)
            sections[title] = {name: _line(text) for name, text in pairs}
    return sections


def _paragraphs(text: str) -> str:
    return "\n\n".join(_line(part) for part in inspect.cleandoc(text).split("\n\n")).strip()


def _line(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    return re.sub(r"([<>*_|])", r"\\\1", _line(text))


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in cells)


def _page(parts: list[str]) -> str:
    text = "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts if part)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


if __name__ == "__main__":
    main()
