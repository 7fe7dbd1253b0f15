"""One kind of error for what only a person can mend."""


def told(error: Exception) -> str:
    """An error of code that is not ours in words, without the values of settings it may hold."""
    name = type(error).__name__
    if (errors := getattr(error, "errors", None)) and name == "ValidationError":
        each = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in errors())
        return f"{name}: {'; '.join(each)}"
    return f"{name}: {error}"


class StrataError(Exception):
    """A mistake or a state that only a person can mend, told in three parts.

    Args:
        what: what is wrong, with the actual names in it.
        why: why it matters.
        remedy: the exact command or code that mends it.
        status: the exit status of the command that meets it: 1 for a finding or a refusal,
            2 for a wrong call, 3 for a database that cannot be reached or had.
    """

    def __init__(self, what: str, *, why: str = "", remedy: str = "", status: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy
        self.status = status

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.why, self.remedy) if part)
