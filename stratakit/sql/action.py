"""What a statement does, one act each: `drop column` of a table and a name, for instance."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Action:
    """One thing that a statement does.

    Args:
        kind: a few words, such as `drop column`.
        table: the relation that it concerns; empty where there is none.
        name: of the column, index, constraint ...; for a rename the old one.
        text: what the statement says further.
        flags: words that were there, such as CONCURRENTLY.
    """

    kind: str
    table: str = ""
    name: str = ""
    text: str = ""
    flags: frozenset[str] = field(default_factory=frozenset)

    def has(self, words: str) -> bool:
        """Whether its text holds these words, in any case."""
        return bool(re.search(rf"(?<!\w){words}(?!\w)", self.text, re.IGNORECASE))
