from sqlmodel import Field, SQLModel


class TeamBase(SQLModel):
    name: str = Field(max_length=80, unique=True)


class Team(TeamBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
