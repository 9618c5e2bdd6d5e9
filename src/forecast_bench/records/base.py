"""What all records share: they are frozen and refuse keys they do not have."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record read from text; an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
