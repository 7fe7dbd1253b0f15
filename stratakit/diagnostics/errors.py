"""Errors that a person has to resolve, with their exit statuses."""


def describe_exception(error: Exception) -> str:
    """Describe an error of code that is not ours, without the values of settings it may hold."""
    name = type(error).__name__
    if (errors := getattr(error, "errors", None)) and name == "ValidationError":
        each = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in errors())
        return f"{name}: {'; '.join(each)}"
    return f"{name}: {error}"


class StrataError(Exception):
    """A mistake, a refusal or a state that a person has to resolve, described in three parts.

    Args:
        what: what is wrong, with the actual names in it.
        why: why it matters.
        remedy: the exact command or code that resolves it.
    """

    status = 1
    """The exit status of the command that meets it."""

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.why, self.remedy) if part)


class UsageError(StrataError):
    """A wrong call, setting or file."""

    status = 2


class DatabaseUnavailable(StrataError):  # noqa: N818 - as HTTP's Service Unavailable
    """A database that cannot be reached, or that nothing can create."""

    status = 3
