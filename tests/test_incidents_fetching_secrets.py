"""Secrets: where they come from, and that they are shown nowhere."""

import sys
import types

import pytest

from fetch_server import ENVIRONMENT, PASSWORD, TOKEN, USER, changed, status, ucdp_events
from forecast_bench.incidents.fetching import (
    ACLED_PASSWORD,
    ACLED_USER,
    UCDP_TOKEN,
    FetchFailed,
    Secrets,
)
from forecast_bench.incidents.fetching.acled import Acled
from forecast_bench.incidents.fetching.secrets import hide
from forecast_bench.incidents.fetching.ucdp import Ucdp

QUOTED = "ucdp-t0ken%2Fwith%2Bsigns"
NAMES = (UCDP_TOKEN, ACLED_USER, ACLED_PASSWORD)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_a_missing_secret_is_named_before_anything_is_asked(desk, name, value):
    desk.environment.pop(name)
    if value is not None:
        desk.environment[name] = value
    failure = desk.fails(desk.ucdp() if name == UCDP_TOKEN else desk.acled())
    assert failure.message == f"the secret {name} is missing"
    assert failure.notes == (
        f"set the environment variable {name}",
        f"or keep it in the system's keyring: keyring set forecast-bench {name}, "
        "with the extra forecast-bench[keyring] installed",
    )
    assert desk.server.asked == []


@pytest.mark.parametrize(
    ("name", "value"), [(UCDP_TOKEN, "a\nb"), (UCDP_TOKEN, "aé"), (ACLED_PASSWORD, "a\x00b")]
)
def test_a_secret_with_impossible_signs_is_refused_unshown(name, value):
    with pytest.raises(FetchFailed) as failure:
        Secrets({name: value}).find(name)
    assert failure.value.message == f"the secret {name} holds a sign that no such secret has"


def test_white_space_around_a_secret_is_no_part_of_it():
    assert Secrets({UCDP_TOKEN: " abc\n"}).find(UCDP_TOKEN) == "abc"


def test_the_environment_is_that_of_the_process(monkeypatch):
    monkeypatch.setenv(UCDP_TOKEN, "abc")
    assert Secrets().find(UCDP_TOKEN) == "abc"


@pytest.fixture
def keyring(monkeypatch):
    """A keyring as the package offers it."""
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (RuntimeError,), {})
    errors.NoKeyringError = type("NoKeyringError", (errors.KeyringError,), {})
    module = types.ModuleType("keyring")
    module.__spec__ = types.SimpleNamespace()
    module.errors = errors
    module.kept = {}
    module.asked = []

    def get_password(service, name):
        module.asked.append((service, name))
        if isinstance(module.kept, Exception):
            raise module.kept
        return module.kept.get(name)

    module.get_password = get_password
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return module


def test_the_keyring_has_what_the_environment_lacks(keyring):
    keyring.kept = {ACLED_PASSWORD: PASSWORD}
    secrets = Secrets({ACLED_USER: USER})
    assert secrets.find(ACLED_USER) == USER
    assert keyring.asked == []
    assert secrets.find(ACLED_PASSWORD) == PASSWORD
    assert keyring.asked == [("forecast-bench", ACLED_PASSWORD)]


def test_the_keyring_is_not_asked_where_it_should_not_be(keyring):
    with pytest.raises(FetchFailed):
        Secrets({}, keyring=False).find(UCDP_TOKEN)
    assert keyring.asked == []


def test_a_secret_in_neither_is_missing(keyring):
    with pytest.raises(FetchFailed, match=f"^the secret {UCDP_TOKEN} is missing$"):
        Secrets({}).find(UCDP_TOKEN)


def test_a_keyring_that_cannot_be_asked_is_said(keyring):
    keyring.kept = keyring.errors.NoKeyringError(f"locked {TOKEN}")
    with pytest.raises(FetchFailed) as failure:
        Secrets({}).find(UCDP_TOKEN)
    assert failure.value.message == (
        f"the secret {UCDP_TOKEN} is missing; the keyring could not be asked (NoKeyringError)"
    )


def test_without_the_package_there_is_no_keyring(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FetchFailed, match=r"is missing$"):
        Secrets({}).find(UCDP_TOKEN)


def test_records_of_code_do_not_show_them(desk):
    shown = [
        repr(Secrets(ENVIRONMENT)),
        str(Secrets(ENVIRONMENT)),
        repr(Ucdp(desk.ucdp(), TOKEN)),
        repr(Acled(desk.acled(), USER, PASSWORD, "bearer-token-1")),
    ]
    for text in shown:
        desk.shows_no_secret(text)
        assert "bearer-token" not in text


@pytest.mark.parametrize(
    "values", [{"NextPageUrl": f"/api?key={TOKEN}"}, {"Echo": TOKEN}, {"Echo": QUOTED}]
)
def test_an_answer_that_repeats_a_secret_is_not_kept(desk, values):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [changed(**values)]
    failure = desk.fails(desk.ucdp())
    assert failure.message == "the answer of the server repeats a secret, so it was not kept"
    assert desk.pages() == []


def test_words_and_addresses_of_the_server_are_shown_without_them(desk):
    desk.server.faults = [
        status(404, f"{TOKEN} and {QUOTED}"),
        status(302, "", {"location": f"http://evil.example/{QUOTED}"}),
    ]
    assert desk.fails(desk.ucdp()).message.endswith("404: [secret] and [secret]")
    assert "http://evil.example/[secret]," in desk.fails(desk.ucdp()).message


def test_every_form_of_a_secret_is_hidden():
    held = 'a b"ü'
    said = 'a b"ü a+b%22%C3%BC a%20b%22%C3%BC a b\\"\\u00fc'
    assert hide(said, [held, ""]) == "[secret] [secret] [secret] [secret]"
