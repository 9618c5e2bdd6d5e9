"""Secrets of the services: from the environment or the system's keyring, and never shown."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from forecast_bench.incidents.fetching.failure import FetchFailed

UCDP_TOKEN: Final = "FORECAST_BENCH_UCDP_TOKEN"  # noqa: S105  a name, no secret
ACLED_USER: Final = "FORECAST_BENCH_ACLED_USER"
ACLED_PASSWORD: Final = "FORECAST_BENCH_ACLED_PASSWORD"  # noqa: S105
MIRRORS: Final = "FORECAST_BENCH_FETCH_MIRRORS"
KEYRING_SERVICE: Final = "forecast-bench"

_HIDDEN: Final = "[secret]"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where secrets are looked up, each only when it is needed.

    Parameters
    ----------
    environment : mapping
        Values by the name of their variable; by default those of this process.
    keyring : bool
        Whether the system's keyring is asked for what the environment lacks, where the package
        keyring is installed.

    Examples
    --------
    >>> Secrets({"FORECAST_BENCH_UCDP_TOKEN": "abc"})
    Secrets()
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    keyring: bool = field(default=True, repr=False)

    def find(self, name: str) -> str:
        """Look a secret up.

        Raises
        ------
        FetchFailed
            If it is nowhere, or is no text that a request can carry.
        """
        value, said = self.environment.get(name, "").strip(), ""
        if not value and self.keyring:
            value, said = _in_keyring(name)
        if not value:
            raise FetchFailed(
                f"the secret {name} is missing{said}",
                f"set the environment variable {name}",
                f"or keep it in the system's keyring: keyring set {KEYRING_SERVICE} {name}, "
                "with the extra forecast-bench[keyring] installed",
            )
        if not value.isprintable() or (name == UCDP_TOKEN and not value.isascii()):
            raise FetchFailed(
                f"the secret {name} holds a sign that no such secret has",
                "set it anew, as the service gave it",
            )
        return value

    def mirrors(self) -> frozenset[str]:
        """Hosts, other than the services' own, that may be sent secrets."""
        listed = self.environment.get(MIRRORS, "").split(",")
        return frozenset(host.strip().lower() for host in listed if host.strip())


def _in_keyring(name: str) -> tuple[str, str]:
    """The secret, or none with what the keyring said where it could not be asked."""
    if importlib.util.find_spec("keyring") is None:
        return "", ""
    keyring = importlib.import_module("keyring")
    errors = importlib.import_module("keyring.errors")
    try:
        return (keyring.get_password(KEYRING_SERVICE, name) or "").strip(), ""
    except errors.KeyringError as failure:
        return "", f"; the keyring could not be asked ({type(failure).__name__})"


def forms_of(secret: str) -> frozenset[str]:
    """Forms in which a server might repeat a secret: plain, in an address, in JSON."""
    quoted = (urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret))
    in_json = json.dumps(secret)[1:-1]
    return frozenset((secret, *quoted, in_json, in_json.replace("/", "\\/")))


def hide(text: str, secrets: Iterable[str]) -> str:
    """Take secrets out of a text, in each form in which a server might repeat them.

    Examples
    --------
    >>> hide("no such token: a/b, a%2Fb", ["a/b"])
    'no such token: [secret], [secret]'
    """
    forms = {form for secret in secrets if secret for form in forms_of(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return text
