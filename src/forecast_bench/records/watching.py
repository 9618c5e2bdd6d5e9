"""Settings of those who watch the job: thresholds of alarms, and who is told how it ended."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

type Watch = Literal["nothing-new", "more-voids", "settlement-overdue", "score-jumped"]
type Occasion = Literal["failed", "alarm", "published"]


def _mail_address(text: str) -> str:
    if not re.fullmatch(r"[^\s@,<>]+@[^\s@,<>]+", text):
        raise ValueError(f'"{text}" is no address such as desk@example.org')
    return text


def _somebody(addresses: tuple[str, ...]) -> tuple[str, ...]:
    if not addresses:
        raise ValueError("nobody is named")
    return addresses


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s@]+|\$[A-Z_][A-Z0-9_]*", text):
        # The text is not repeated: it may hold a password.
        raise ValueError(
            "write an address such as https://chat.example.org/hooks/desk, without a password, or "
            "$NAME of the variable that holds it"
        )
    return text


class AlarmSettings(BaseModel):
    """When a run that is sound is told with an alarm all the same.

    Examples
    --------
    >>> AlarmSettings().feed_quiet_days
    45
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    feed_quiet_days: int = Field(
        default=45,
        ge=1,
        le=36_500,
        description="A feed that open judgments need and that brought nothing for more days.",
    )
    more_voids: float = Field(
        default=0.05,
        gt=0,
        le=1,
        description="Rise of the share of judgments that are void or cannot resolve.",
    )
    overdue_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="Days after the settlement lag for which a judgment may still be open.",
    )
    brier_jump: float = Field(
        default=0.05, gt=0, le=1, description="Move of the mean Brier score, either way."
    )
    log_score_jump: float = Field(
        default=0.15, gt=0, description="Move of the mean log score, either way."
    )
    least_scored: int = Field(
        default=10, ge=1, description="Judgments that both records must hold for their scores."
    )
    failing: Annotated[tuple[Watch, ...], Field(strict=False)] = Field(
        default=(), description="Which of these alarms the job leaves with status 4 for."
    )


class EmailSettings(BaseModel):
    """By which server, from whom and to whom a message goes.

    Examples
    --------
    >>> EmailSettings.model_validate(
    ...     {"host": "mail.example.org", "from": "a@example.org", "to": ["b@example.org"]}
    ... ).port
    587
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_by_alias=True, validate_by_name=False
    )

    host: str = Field(pattern=r"^[A-Za-z0-9.:_-]+$", description="The SMTP server.")
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[str, AfterValidator(_mail_address)] = Field(alias="from")
    to: Annotated[
        tuple[Annotated[str, AfterValidator(_mail_address)], ...], AfterValidator(_somebody)
    ] = Field(strict=False)


class NotifySettings(BaseModel):
    """Who is told how the job ended, and when.

    Examples
    --------
    >>> NotifySettings().when
    ('failed', 'alarm')
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    webhook: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None,
        description="Address that is sent JSON, or $NAME of the variable that holds it.",
    )
    email: EmailSettings | None = None
    when: Annotated[tuple[Occasion, ...], Field(strict=False)] = Field(
        default=("failed", "alarm"), description="failed, alarm, published: any of them."
    )

    @model_validator(mode="after")
    def _somebody_is_told_of_something(self) -> Self:
        if not self.when and (self.webhook is not None or self.email is not None):
            raise ValueError('"when" is empty: name failed, alarm or published')
        return self
