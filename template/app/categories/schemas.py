"""The bodies of requests and responses about categories."""

from pydantic import BaseModel, ConfigDict

from app.fields import Name


class CategoryWrite(BaseModel):
    """A category to store."""

    name: Name


class CategoryRead(BaseModel):
    """A category as it is stored."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


class CategoryPage(BaseModel):
    """A page of categories, and the cursor of the next one."""

    categories: list[CategoryRead]
    next: str | None
