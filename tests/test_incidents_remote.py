"""The store elsewhere: in the memory of fsspec, and on a server that speaks S3."""

import datetime
import os
from pathlib import Path

import pytest

from forecast_bench.incidents import (
    IncidentStoreError,
    LocalStorage,
    compact,
    open_storage,
    vintages,
)
from forecast_bench.incidents.storage import RemoteStorage
from incident_replay import SOURCE, Export, Made, bring, state_of

FIRST = datetime.date(2017, 1, 1)
BUCKET = "incidents"


def export(number: int, retrieved: int, **coverage) -> Export:
    """Each export revises one event, withdraws one and adds one."""
    rows = {
        f"E{at}": Made(FIRST + datetime.timedelta(days=at * 40), deaths=at * (at != number))
        for at in range(number, number + 12)
    }
    day = datetime.date(2019, 6, retrieved)
    return Export(rows, day, FIRST, datetime.date(2018, 12, 31), **coverage)


# In order, and one whose day lies before the others.
EXPORTS = (export(1, 1), export(2, 10), export(3, 20, countries=("Mali",)), export(5, 5))


@pytest.fixture(scope="module")
def server():
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def s3(server, tmp_path, monkeypatch):
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    bucket = f"{BUCKET}-{tmp_path.name.replace('_', '-').lower()[:40]}"
    s3fs.S3FileSystem().mkdir(bucket)
    yield f"s3://{bucket}/store"
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture(params=["memory", "s3"])
def address(request, tmp_path):
    return (
        f"memory://{tmp_path.name}" if request.param == "memory" else request.getfixturevalue("s3")
    )


@pytest.fixture
def storage(address, tmp_path):
    return open_storage(address, otherwise=tmp_path, cache=tmp_path / "cache")


def states(storage):
    return [(one.name, state_of(one), one.labels) for one in vintages(storage, SOURCE)]


def bring_all(storage, folder):
    for one in EXPORTS:
        result = bring(storage, one, folder)
        assert result.added, result.problems


def test_the_same_imports_give_the_same_states(storage, address, tmp_path):
    local = LocalStorage(tmp_path / "local")
    bring_all(local, tmp_path)
    bring_all(storage, tmp_path)
    assert states(storage) == states(local)
    assert not bring(storage, EXPORTS[2], tmp_path).added
    assert storage.folders() == (SOURCE,)
    # Another machine, with no copies; and again after a compaction.
    other = open_storage(address, otherwise=tmp_path, cache=tmp_path / "other")
    assert states(other) == states(local)
    done = compact(storage, SOURCE, keep=1)
    assert done.after < done.before
    assert states(other) == states(storage) == states(local)


def test_a_copy_is_never_taken_for_a_later_file_of_its_name(storage, address, tmp_path):
    other = open_storage(address, otherwise=tmp_path, cache=tmp_path / "other")
    bring_all(storage, tmp_path)
    assert len(states(other)) == len(EXPORTS)
    for name in storage.names(SOURCE):
        storage.remove(name)
    for one in reversed(EXPORTS):
        assert bring(storage, one, tmp_path).added
    local = LocalStorage(tmp_path / "local")
    for one in reversed(EXPORTS):
        bring(local, one, tmp_path)
    assert states(other) == states(local)


@pytest.mark.parametrize("method", ["put", "replace"])
@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_put_that_fails_leaves_no_half_vintage(
    storage, address, tmp_path, monkeypatch, method, fails_at
):
    for one in EXPORTS[:2]:
        bring(storage, one, tmp_path)
    before = states(storage)
    done, original = [], getattr(RemoteStorage, method)

    def failing(self, *given):
        done.append(given)
        if len(done) == fails_at:
            raise ConnectionResetError("the place went away")
        return original(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(RemoteStorage, method, failing)
        result = bring(storage, EXPORTS[3], tmp_path)
    if result.added:  # it needed fewer of them
        assert len(done) < fails_at
        return
    (fault,) = result.problems
    assert (fault.identifier, fault.location.file) == ("incident-store", "export.csv")
    assert "the place went away" in fault.message
    assert states(storage) == before
    assert bring(storage, EXPORTS[3], tmp_path).added
    local = LocalStorage(tmp_path / "local")
    for one in (*EXPORTS[:2], EXPORTS[3]):
        bring(local, one, tmp_path)
    assert states(storage) == states(local)
    (newest, *_) = reversed(vintages(storage, SOURCE))
    named = {one.name for one in newest.catalogue.files}
    labels = {one.labels_file for one in newest.catalogue.vintages}
    assert set(storage.names(SOURCE)) >= {*named, *labels, f"{SOURCE}/catalogue.json"}


def test_a_bucket_that_is_not_there_and_a_server_that_is_away(s3, tmp_path, monkeypatch):
    import s3fs

    nowhere = RemoteStorage("s3://nowhere/store", tmp_path / "cache")
    result = bring(nowhere, EXPORTS[0], tmp_path)
    assert [one.identifier for one in result.problems] == ["incident-store"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    away = RemoteStorage(s3, tmp_path / "cache")
    with pytest.raises(IncidentStoreError, match="s3://"):
        vintages(away, SOURCE)
    result = bring(away, EXPORTS[0], tmp_path)
    assert [one.identifier for one in result.problems] == ["incident-store"]
    assert not list(Path(tmp_path / "cache").rglob("*.parquet"))
    assert os.environ["AWS_ACCESS_KEY_ID"] not in str(result.problems)
