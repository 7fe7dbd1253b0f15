"""The tables that an INSERT ... SELECT reads."""

from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.tokenizer import Tokens, split_statements

NO_TABLES = ("", "(", "dual", "only", "lateral")


def source_tables(action: Action) -> Iterator[str]:
    """Yield the tables that the rows come from, without those of subqueries in WHERE."""
    depth = 0
    for words in split_statements(action.text):
        upper = [word.upper() for word in words]
        for place, word in enumerate(words):
            depth += (word == "(") - (word == ")")
            if depth == 0 and upper[place] in ("FROM", "JOIN") and "SELECT" in upper[:place]:
                name = Tokens(words[place + 1 :]).take_name()
                if name not in NO_TABLES:
                    yield name
