"""A notice of the job sent by a webhook or by email."""

import os
import smtplib
import ssl
import urllib.parse
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Final

from forecast_bench.job.notifying import Notice
from forecast_bench.records import EmailSettings, NotifySettings

WEBHOOK_TOKEN: Final = "FORECAST_BENCH_WEBHOOK_TOKEN"  # noqa: S105  a name, no secret
SMTP_USER: Final = "FORECAST_BENCH_SMTP_USER"
SMTP_PASSWORD: Final = "FORECAST_BENCH_SMTP_PASSWORD"  # noqa: S105

_PATIENCE_SECONDS: Final = 10.0
_NEAR: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def send(
    notice: Notice, settings: NotifySettings, environment: Mapping[str, str] | None = None
) -> list[str]:
    """Send a notice wherever the settings say.

    Nothing is raised where a server is not there or does not want it: the run is what it is,
    whoever hears of it, and its exit status tells of the run alone.

    Parameters
    ----------
    notice : Notice
        What to tell.
    settings : NotifySettings
        Whom.
    environment : mapping, optional
        Secrets by the name of their variable; by default those of this process.

    Returns
    -------
    list of str
        What could not be sent and why, without any secret; empty where all was.
    """
    known = os.environ if environment is None else environment
    failures = []
    if settings.webhook is not None:
        failures += _posted(notice, settings.webhook, known)
    if settings.email is not None:
        failures += _mailed(notice, settings.email, known)
    return failures


def _posted(notice: Notice, webhook: str, environment: Mapping[str, str]) -> list[str]:
    import httpx

    said = "the webhook was not told"
    address = environment.get(webhook[1:], "").strip() if webhook.startswith("$") else webhook
    if not address:
        return [f"{said}: the variable {webhook[1:]} is not set"]
    token = environment.get(WEBHOOK_TOKEN, "").strip()
    try:
        found = urllib.parse.urlsplit(address)
        if token and found.scheme != "https" and found.hostname not in _NEAR:
            return [f"{said}: {WEBHOOK_TOKEN} is sent over https alone"]
        answer = httpx.post(
            address,
            json={"text": notice.text, **notice.facts},
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=_PATIENCE_SECONDS,
        )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
        # The words of the failure may hold the address, which may be a secret.
        return [f"{said}: {type(failure).__name__}"]
    return [] if answer.is_success else [f"{said}: it answered {answer.status_code}"]


def _mailed(notice: Notice, settings: EmailSettings, environment: Mapping[str, str]) -> list[str]:
    user, password = (environment.get(name, "").strip() for name in (SMTP_USER, SMTP_PASSWORD))
    said = f"no email was sent by {settings.host}:{settings.port}"
    if user and settings.security == "none" and settings.host not in _NEAR:
        return [f"{said}: {SMTP_PASSWORD} is sent over an encrypted connection alone"]
    try:
        with _server(settings) as server:
            if user:
                server.login(user, password)
            refused = server.send_message(_email(notice, settings))
    except (smtplib.SMTPException, OSError, ValueError) as failure:
        # What a server answers may repeat what it was sent.
        code = f" {failure.smtp_code}" if isinstance(failure, smtplib.SMTPResponseException) else ""
        return [f"{said}: {type(failure).__name__}{code}"]
    return [f"{said} to {', '.join(sorted(refused))}"] if refused else []


def _server(settings: EmailSettings) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=_PATIENCE_SECONDS, context=safe
        )
    server = smtplib.SMTP(settings.host, settings.port, timeout=_PATIENCE_SECONDS)
    if settings.security == "starttls":
        try:
            server.starttls(context=safe)
        except BaseException:
            server.close()
            raise
    return server


def _email(notice: Notice, settings: EmailSettings) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = notice.subject
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message.set_content(notice.text)
    return message
