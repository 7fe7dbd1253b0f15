"""SQL cut into words, and a statement as a sequence of them that is read from left to right."""

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<body>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<string>[EN]?'(?:[^'\\]|''|\\.)*')
    |(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`)
    |(?P<parameter>%\(\w+\)s|%s)
    |(?P<word>[A-Za-z_\u0080-\uffff][\w$]*)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<sign>::|<>|<=|>=|!=|:=|.)""",
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
SCHEMAS = ("public", "main")


class Tokens:
    """The words of one statement, and how far they were read."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.place = 0

    def __bool__(self) -> bool:
        return self.place < len(self.words)

    @property
    def rest(self) -> list[str]:
        """What was not read yet."""
        return self.words[self.place :]

    @property
    def text(self) -> str:
        """What was not read yet, as text."""
        return join_words(self.rest)

    def at(self, *words: str) -> bool:
        """Whether these words come next."""
        found = self.words[self.place : self.place + len(words)]
        return [word.upper() for word in found] == list(words)

    def take(self, *words: str) -> bool:
        """Read these words if they come next."""
        if self.at(*words):
            self.place += len(words)
            return True
        return False

    def any_of(self, *phrases: str) -> str | None:
        """Read the first of these phrases that comes next."""
        return next((phrase for phrase in phrases if self.take(*phrase.split())), None)

    def next(self) -> str:
        """Read one word; empty at the end."""
        self.place += 1
        return self.words[self.place - 1] if self.place <= len(self.words) else ""

    def name(self) -> str:
        """Read a name without its quotes, and without the schema that is searched anyway."""
        parts = [unquote(self.next())]
        while self.take("."):
            parts.append(unquote(self.next()))
        if len(parts) > 1 and parts[0] in SCHEMAS:
            del parts[0]
        return ".".join(parts)

    def parenthesised(self) -> list[str]:
        """Read what the parentheses hold that come next."""
        if not self.at("("):
            return []
        depth, start = 0, self.place + 1
        while self:
            word = self.next()
            depth += (word == "(") - (word == ")")
            if depth == 0:
                break
        return self.words[start : self.place - 1]


def join_words(words: list[str]) -> str:
    """Words as text that is spaced as people do."""
    text = " ".join(words)
    text = re.sub(r" ?(::|\.) ?", r"\1", text)
    text = re.sub(r"(?<=\w) \(", "(", text)
    return text.replace("( ", "(").replace(" )", ")").replace(" ,", ",")


def first_name(text: str) -> str:
    """The name that an act's text begins with, as a catalogue has it."""
    return Tokens(next(split_statements(text), [])).name()


def as_python(text: str) -> str:
    """A text as a literal of Python, in the quotes that read best."""
    return repr(text) if '"' in text else f'"{text}"'


def unquote(word: str) -> str:
    """A name without quotes; PostgreSQL folds the others to lower case."""
    if word.startswith(('"', "`")):
        return word[1:-1].replace(word[0] * 2, word[0])
    return word.lower()


def split_at_commas(words: list[str]) -> Iterator[list[str]]:
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


def split_statements(text: str) -> Iterator[list[str]]:
    """Split a text into its statements, each a list of words; comments are left out."""
    words = list[str]()
    for found in TOKEN.finditer(text):
        if found.lastgroup == "space" or found["space"]:
            continue
        if found[0] == ";" and not _is_inside_body(words):
            if words:
                yield words
            words = []
        else:
            words.append(found[0])
    if words:
        yield words


def _is_inside_body(words: list[str]) -> bool:
    """Whether a semicolon ends a statement of a trigger's or function's body only."""
    head = {word.upper() for word in words[:6]}
    if not (head & {"CREATE"} and head & {"TRIGGER", "FUNCTION", "PROCEDURE"}):
        return False
    upper = [word.upper() for word in words]
    return "BEGIN" in upper and upper[-1] != "END"
