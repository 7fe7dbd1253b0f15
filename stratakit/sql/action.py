"""An action of a statement: `drop column` with a table and a name, for instance."""

from dataclasses import dataclass, field

from stratakit.sql.tokenizer import tokenize


@dataclass(frozen=True)
class Action:
    """One action of a statement.

    Args:
        kind: a few words, such as `drop column`.
        table: the relation that it changes; empty if there is none.
        name: of the column, index, constraint ...; for a rename the old one.
        text: the rest of the statement.
        flags: phrases of the statement, such as CONCURRENTLY.
    """

    kind: str
    table: str = ""
    name: str = ""
    text: str = ""
    flags: frozenset[str] = field(default_factory=frozenset)

    def has(self, words: str) -> bool:
        """Return whether the text contains these words, outside of strings and quoted names.

        Args:
            words: a phrase in upper case.
        """
        code = (word.upper() for word in tokenize(self.text) if word[0] not in "'\"`$")
        return f" {words} " in f" {' '.join(code)} "
