"""SQL as words, and a statement as a sequence of words that is read from left to right."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

TOKEN = r"""
    (?P<space>\s+|--[^\n]*|/\*(?!!)(?:(?!/\*|\*/).|{comment})*\*/|{comment}|/\*!\d*|\*/)
    |(?P<body>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<string>E'(?:[^'\\]|''|\\.)*'|N?'{string}*')
    |(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`)
    |(?P<parameter>%\(\w+\)s|%s|:[A-Za-z_]\w*|\$\d+)
    |(?P<word>[A-Za-z_\u0080-\U0010ffff][\w$\u0080-\U0010ffff]*)
    |(?P<number>0x[0-9A-F]+|\d+(?:\.\d*)?(?:E[+-]?\d+)?)
    |(?P<sign>::|:=|<>|<=|>=|!=|->>|->|\#>>|\#>|@>|<@|&&|\|\||@@|!~\*|!~|~\*|.)
"""
"""PostgreSQL nests comments, and MySQL runs the text of `/*! comments */`."""


@cache
def token_pattern(string: str) -> re.Pattern[str]:
    """Return the pattern of a token, compiled when it is first used.

    Args:
        string: the pattern of the inside of a string, one of `STRINGS`.
    """
    text = TOKEN.replace("{comment}", r"/\*(?!!)(?:(?!\*/).)*\*/").replace("{string}", string)
    return re.compile(text, re.DOTALL | re.VERBOSE | re.IGNORECASE)


STRINGS = (r"(?:[^'\\]|''|\\.)", r"(?:[^']|'')")
"""The inside of a string: with backslashes as escapes, which MySQL has, and without."""
DEFAULT_SCHEMA = "public"


class Tokens:
    """The words of one statement, read from left to right.

    Args:
        words: the words, as `split_statements` returns them.
        default_schema: the schema of names that are written without one, which is left out of
            every name, such as `Dialect.default_schema_name` of SQLAlchemy.
    """

    def __init__(self, words: list[str], default_schema: str = DEFAULT_SCHEMA) -> None:
        self.words = words
        self.default_schema = default_schema
        self.position = 0

    def __bool__(self) -> bool:
        return self.position < len(self.words)

    @property
    def rest(self) -> list[str]:
        """The words that are not read yet."""
        return self.words[self.position :]

    @property
    def text(self) -> str:
        """The words that are not read yet, as text."""
        return join_words(self.rest)

    def part(self, words: list[str]) -> "Tokens":
        """Return some of the statement's words as tokens of their own."""
        return Tokens(words, self.default_schema)

    def starts_with(self, *words: str) -> bool:
        """Return whether these words, in upper case, come next."""
        following = self.words[self.position : self.position + len(words)]
        return [word.upper() for word in following] == list(words)

    def take(self, *words: str) -> bool:
        """Read these words if they come next, and return whether they did."""
        if self.starts_with(*words):
            self.position += len(words)
            return True
        return False

    def take_any(self, *phrases: str) -> str | None:
        """Read the first of these phrases that comes next, and return it."""
        return next((phrase for phrase in phrases if self.take(*phrase.split())), None)

    def take_word(self) -> str:
        """Read one word; empty at the end."""
        self.position += 1
        return self.words[self.position - 1] if self.position <= len(self.words) else ""

    def take_name(self) -> str:
        """Read a name without its quotes, and without the default schema."""
        parts = [unquote(self.take_word())]
        while self.take("."):
            parts.append(unquote(self.take_word()))
        if len(parts) > 1 and parts[0] == self.default_schema:
            del parts[0]
        return ".".join(parts)

    def take_parentheses(self) -> list[str]:
        """Read the parentheses that come next, and return the words inside; none without them."""
        if not self.starts_with("("):
            return []
        depth, start = 0, self.position + 1
        while self:
            word = self.take_word()
            depth += (word == "(") - (word == ")")
            if depth == 0:
                break
        return self.words[start : self.position - 1]


def join_words(words: list[str]) -> str:
    """Join words into text, spaced as people write SQL."""
    pairs = pairwise(["", *words])
    return "".join(f" {word}" if _has_space(before, word) else word for before, word in pairs)


def _has_space(before: str, word: str) -> bool:
    """Return whether there is a space between two words."""
    if before in ("", "(", "[", ".", "::", "@", "@@") or word in (")", "]", "[", ",", ".", "::"):
        return False
    return word != "(" or not re.match(r"\w", before[-1])


def first_name(text: str) -> str:
    """Return the name that an action's text begins with, as a catalog has it."""
    return Tokens(next(split_statements(text), [])).take_name()


def as_python(text: str) -> str:
    """Render a text as a literal of Python, in the quotes that read best."""
    literal = repr(text)
    return literal if '"' in literal or "\\" in literal else f'"{text}"'


def unquote(word: str) -> str:
    """Return a name without its quotes; without quotes, PostgreSQL folds it to lower case."""
    if word.startswith(('"', "`")):
        return word[1:-1].replace(word[0] * 2, word[0])
    return word.lower()


def split_at_commas(words: Iterable[str]) -> Iterator[list[str]]:
    """Split words at the commas outside of parentheses."""
    depth, part = 0, list[str]()
    for word in words:
        depth += (word == "(") - (word == ")")
        if word == "," and depth == 0:
            yield part
            part = []
        else:
            part.append(word)
    if part:
        yield part


def tokenize(text: str) -> list[str]:
    """Split a text into its words; comments are left out.

    A backslash is an escape in every string of MySQL, and of PostgreSQL's strings only in those
    that begin with E. The dialect is the one in which no string is left open.
    """
    for string in STRINGS:
        words = [token[0] for token in token_pattern(string).finditer(text) if not token["space"]]
        if "'" not in words:
            break
    return words


def split_statements(text: str) -> Iterator[list[str]]:
    """Split a text into its statements, each a list of words; comments are left out."""
    words = list[str]()
    for word in tokenize(text):
        if word == ";" and not _is_inside_body(words):
            if words:
                yield words
            words = []
        else:
            words.append(word)
    if words:
        yield words


def literal_text(word: str) -> str | None:
    """Return the text of a string in quotes or dollar quotes; None if the word is no string."""
    if match := re.fullmatch(r"\$(\w*)\$(.*)\$\1\$", word, re.DOTALL):
        return match[2]
    if match := re.fullmatch(r"[EN]?'(.*)'", word, re.DOTALL | re.IGNORECASE):
        return match[1].replace("''", "'")
    return None


def _is_inside_body(words: list[str]) -> bool:
    """Return whether a semicolon belongs to the body of a trigger, a function or a procedure."""
    upper = [word.upper() for word in words]
    if upper[:1] != ["CREATE"] or not {"TRIGGER", "FUNCTION", "PROCEDURE"} & set(upper[:12]):
        return False
    depth = 0
    for before, word in pairwise(upper):
        if word in ("BEGIN", "CASE") and before != "END":
            depth += 1
        elif word == "END" and before != ".":
            depth -= 1
        elif before == "END" and word in ("IF", "LOOP", "WHILE", "REPEAT", "FOR"):
            depth += 1
    return depth > 0
