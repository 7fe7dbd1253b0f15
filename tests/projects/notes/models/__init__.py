from .note import Note
from .tag import Tag, tagged

__all__ = ["Note", "Tag", "tagged"]
