"""Check the English of what users and contributors read: `python scripts/prose.py` in `make lint`.

It reads the pages, the strings that commands print, the docstrings of the package, the texts of
copier.yml and the names of tests. A finding is one line: file, line, the words, and what to write
instead.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "CHANGELOG.md", "docs/**/*.md", "template/**/*.md*", "copier.yml")
TESTS = ("tests/**/*.py", "template/**/*.py")
CODE = ("stratakit/**/*.py", "scripts/*.py", "template/**/*.py")
WORDS = {
    r"\banew\b": "again, or recreate",
    r"\b(for ever|forever)\b": "permanently, always",
    r"\bbeside\b(?! each other)": "in addition to, next to",
    r"in front of": "before",
    r"\bmend(s|ed|ing)?\b": "fix, correct",
    r"by hands?\b": "manually",
    r"\b(tells|told)\b": "reports, shows",
    r"(what|whatever) is (left|meant|there)\b": "the field's noun: pending, intended, existing",
    r"what (goes|went)\b|takes? away": "drops, removes, dropped",
    r"go(es)? on \w+ing": "continue to",
    r"of (before|the beginning)\b": "previous, first",
    r"who (is|comes|waits|has)\b": "a noun: the session, the caller",
    r"for (it|which|that) (is|has|was)\b": "because",
    r"behaviour|catalogue|licence": "American spelling: behavior, catalog, license",
    r"\bcure[sd]?\b": "fixes",
}
QUESTION = re.compile(r"(What|Whether|Where|Which|Who|Whoever|Whatever|How)\b(?!.*\?$)")
QUESTION_WORDS = ("what_", "whether_", "where_", "which_", "who_", "how_")
TEST = re.compile(r"^(?:async )?def test_(\w+)", re.MULTILINE)
WORD = re.compile("|".join(f"(?:{pattern})" for pattern in WORDS), re.IGNORECASE)
FENCE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def main() -> int:
    """Print the findings; exit status 1 if there are any."""
    findings = [*_check_pages(), *_check_code(), *_check_test_names()]
    print(*findings, sep="\n", end="\n" if findings else "")
    return bool(findings)


def check(text: str) -> Iterator[tuple[int, str, str]]:
    """Find words that have a plain equivalent.

    Returns:
        The line, the words, and what to write instead.
    """
    text = FENCE.sub(lambda code: "\n" * code[0].count("\n"), text)
    for found in WORD.finditer(text):
        for pattern, advice in WORDS.items():
            if re.fullmatch(pattern, found[0], re.IGNORECASE):
                yield text.count("\n", 0, found.start()) + 1, found[0], advice
                break


def check_name(name: str) -> Iterator[tuple[str, str]]:
    """Find words in the name of a test that have a plain equivalent, and a question word at first.

    Returns:
        The words, and what to write instead.
    """
    for _, words, advice in check(name.replace("_", " ")):
        yield words, advice
    if name.startswith(QUESTION_WORDS):
        yield name.partition("_")[0], "begin with a noun"


def _check_pages() -> Iterator[str]:
    for path in _files(PAGES):
        for line, words, advice in check(path.read_text()):
            yield _describe(path, line, words, advice)


def _check_code() -> Iterator[str]:
    for path in _files(CODE):
        if path == Path(__file__).resolve():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for line, words, advice in check(node.value):
                    yield _describe(path, node.lineno + line - 1, words, advice)
            # A docstring, or the text below a constant.
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                first = str(node.value.value).lstrip().partition("\n")[0]
                if found := QUESTION.match(first):
                    yield _describe(path, node.lineno, found[0], "begin with a noun or a verb")


def _check_test_names() -> Iterator[str]:
    for path in _files(TESTS):
        text = path.read_text()
        for found in TEST.finditer(text):
            for words, advice in check_name(found[1]):
                yield _describe(path, text.count("\n", 0, found.start()) + 1, words, advice)


def _files(patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        for path in sorted(REPOSITORY.glob(pattern)):
            if "docs/reference" not in str(path):
                yield path


def _describe(path: Path, line: int, words: str, advice: str) -> str:
    return f"{path.relative_to(REPOSITORY)}:{line}: {words!r}: {advice}"


if __name__ == "__main__":
    sys.exit(main())
