from app.models.author import Author
from app.models.book import Book

__all__ = ["Author", "Book"]
