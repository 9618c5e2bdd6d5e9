"""What is told of a run: the log for machines, metrics, messages."""

import datetime
import json
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_string
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as older_metrics

from first_case import SMALL, small_case
from forecast_bench.cli import main
from forecast_bench.cli.job_log import TextLog
from forecast_bench.job import ALARMS, JobResult
from forecast_bench.job.ledger import ledger_file
from forecast_bench.job.metrics import JobMeasures, metrics_text
from forecast_bench.job.notifying import Notice, is_told, notice_of
from forecast_bench.job.sending import SMTP_PASSWORD, SMTP_USER, WEBHOOK_TOKEN, send
from forecast_bench.problems import Location, problem
from forecast_bench.records import NotifySettings

NOW = datetime.datetime(2018, 7, 1, 3, 0, tzinfo=datetime.UTC)
DAY = datetime.date(2018, 6, 30)
ALARM = {"id": "nothing-new", "text": "the source acled has brought nothing"}
MANIFEST = {
    "made_at": "2018-06-30T03:00:00+00:00",
    "stages": [{"stage": "count", "seconds": 2.5}, {"stage": 'a "b"\\\n', "seconds": 0.25}],
    "peak_mib": 512,
    "counts_of_states": {"open": 3, "void": 1},
    "sources": [
        {"source": "acled", "vintage": "2018-06-20"},
        {"source": "ucdp", "vintage": "2020-01-01"},
    ],
}
NOTICE = Notice("the subject", "the subject.\nA second line.", {"ending": "failed", "run": None})


def measured(folder="/srv/desk", status=4):
    return JobMeasures(Path(folder), DAY, NOW, 1.5, status)


def samples(text, parse):
    return {
        (one.name, *sorted((k, v) for k, v in one.labels.items() if k != "workspace")): one.value
        for family in parse(text)
        for one in family.samples
    }


@pytest.mark.parametrize("parse", [open_metrics, older_metrics])
def test_metrics_are_read_by_both_readers_of_prometheus(parse):
    text = metrics_text(JobResult("failed", None, MANIFEST, alarms=(ALARM, ALARM)), measured())
    assert text.endswith("\n# EOF\n")
    found = samples(text, parse)
    name = "forecast_bench_"
    assert found[f"{name}last_run_timestamp_seconds",] == NOW.timestamp() == 1530414000
    assert found[f"{name}last_run_duration_seconds",] == 1.5
    assert found[f"{name}last_run_exit_status",] == 4
    endings = {key[1][1]: v for key, v in found.items() if key[0] == f"{name}last_run_ending"}
    assert endings == {
        "published": 0,
        "unchanged": 0,
        "problems": 0,
        "failed": 1,
        "stopped": 0,
    }
    alarms = {key[1][1]: value for key, value in found.items() if key[0] == f"{name}alarms"}
    assert alarms == dict.fromkeys(ALARMS, 0) | {"nothing-new": 2}
    assert found[f"{name}run_timestamp_seconds",] == 1530327600
    assert found[f"{name}stage_duration_seconds", ("stage", "count")] == 2.5
    assert found[f"{name}stage_duration_seconds", ("stage", 'a "b"\\\n')] == 0.25
    assert found[f"{name}peak_memory_bytes",] == 512 * 2**20
    assert found[f"{name}judgments", ("state", "open")] == 3
    assert found[f"{name}judgments", ("state", "occurred")] == 0
    assert found[f"{name}vintage_age_days", ("source", "acled")] == 10
    assert found[f"{name}vintage_age_days", ("source", "ucdp")] == 0  # seen with hindsight


def test_metrics_before_the_first_run_tell_of_the_job_alone():
    found = samples(metrics_text(JobResult("problems", None), measured()), open_metrics)
    names = {key[0].removeprefix("forecast_bench_") for key in found}
    assert names == {
        "last_run_timestamp_seconds",
        "last_run_duration_seconds",
        "last_run_exit_status",
        "last_run_ending",
        "problems",
        "alarms",
    }


@pytest.mark.parametrize(
    ("ending", "alarms", "status", "told"),
    [
        ("published", (), 0, {"published"}),
        ("published", (ALARM,), 0, {"published", "alarm"}),
        ("published", (ALARM,), 4, {"published", "alarm", "failed"}),
        ("unchanged", (), 0, set()),
        ("unchanged", (ALARM,), 0, {"alarm"}),
        ("problems", (), 1, {"failed"}),
        ("failed", (ALARM,), 4, {"failed", "alarm"}),
        ("stopped", (), 4, {"failed"}),
        ("locked", (), 3, set()),
    ],
)
def test_who_is_told_of_what(ending, alarms, status, told):
    result = JobResult(ending, None, alarms=alarms)
    for when in ("failed", "alarm", "published"):
        settings = NotifySettings(when=(when,))
        assert is_told(settings, result, status=status) == (when in told), when
    both = NotifySettings(when=("failed", "published"))
    assert is_told(both, result, status=status) == bool(told & {"failed", "published"})


def test_a_notice_says_ending_day_run_and_alarms():
    fault = problem("file-empty", "the file is empty", Location("a.yaml"))
    result = JobResult("stopped", Path("/runs/r1"), {}, (fault,), (ALARM,))
    # A title of two lines must not become a header of the message.
    told = notice_of(
        result, workspace="desk\nBcc: x@y.z", as_of=DAY, status=4, reason="No space left"
    )
    assert told.subject == "desk Bcc: x@y.z: the job for 2018-06-30 stopped"
    assert told.text.splitlines() == [
        "desk Bcc: x@y.z: the job for 2018-06-30 stopped, exit status 4.",
        "Run in force: r1.",
        "Stopped: No space left",
        "Problems: 1.",
        "Alarm: the source acled has brought nothing [nothing-new]",
    ]
    assert told.facts["alarms"] == [ALARM]
    published = notice_of(JobResult("published", Path("r2")), workspace="d", as_of=DAY, status=0)
    assert published.text == ("d: the job for 2018-06-30 published a run, exit status 0.\nRun: r2.")


@contextmanager
def served(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def hook(status=204):
    """A webhook on this machine, with what it was sent."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with served(HTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}/hooks/s3cret", heard


@contextmanager
def mail_server(refuse=None):
    """A small SMTP server on this machine, with the commands and messages it was sent."""
    heard = []

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self):
            self.say("220 here")
            while line := self.rfile.readline().decode(errors="replace").strip():
                heard.append(line)
                verb = line.split(" ")[0].split(":")[0].upper()
                if verb == refuse:
                    self.say("550 s3cret is not wanted")
                elif verb == "EHLO":
                    self.say("250-here\r\n250 AUTH PLAIN")
                elif verb == "AUTH":
                    self.say("235 known")
                elif verb == "DATA":
                    self.say("354 go on")
                    body = []
                    while (text := self.rfile.readline().decode()) != ".\r\n":
                        body.append(text)
                    heard.append(message_from_string("".join(body)))
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 well")

    with served(socketserver.TCPServer(("127.0.0.1", 0), Handler)) as server:
        yield server.server_address[1], heard


def by_mail(port, **more):
    email = {"host": "127.0.0.1", "port": port, "security": "none"}
    people = {"from": "job@example.org", "to": ["a@example.org", "b@example.org"]}
    return NotifySettings.model_validate({"email": email | people | more})


def test_a_webhook_gets_the_words_and_the_facts():
    with hook() as (address, heard):
        assert send(NOTICE, NotifySettings(webhook=address), {WEBHOOK_TOKEN: "t0ken"}) == []
        assert send(NOTICE, NotifySettings(webhook="$DESK_HOOK"), {"DESK_HOOK": address}) == []
    (path, headers, body), (_, other, _) = heard
    assert (path, headers["Authorization"]) == ("/hooks/s3cret", "Bearer t0ken")
    assert body == {"text": NOTICE.text, "ending": "failed", "run": None}
    assert "Authorization" not in other


def test_a_webhook_that_fails_is_told_without_its_secrets():
    with hook(status=500) as (address, _):
        failed = send(NOTICE, NotifySettings(webhook=address), {})
    gone = send(NOTICE, NotifySettings(webhook=address), {})
    unset = send(NOTICE, NotifySettings(webhook="$DESK_HOOK"), {})
    odd = send(NOTICE, NotifySettings(webhook="$DESK_HOOK"), {"DESK_HOOK": "gopher://s3cret"})
    plain = send(
        NOTICE, NotifySettings(webhook="http://chat.invalid/s3cret"), {WEBHOOK_TOKEN: "t0ken"}
    )
    assert failed == ["the webhook was not told: it answered 500"]
    assert gone == ["the webhook was not told: ConnectError"]
    assert unset == ["the webhook was not told: the variable DESK_HOOK is not set"]
    assert odd == ["the webhook was not told: UnsupportedProtocol"]
    assert plain == [f"the webhook was not told: {WEBHOOK_TOKEN} is sent over https alone"]


def test_an_email_goes_to_everybody():
    with mail_server() as (port, heard):
        secrets = {SMTP_USER: "desk", SMTP_PASSWORD: "s3cret"}
        assert send(NOTICE, by_mail(port), secrets) == []
    (message,) = [one for one in heard if not isinstance(one, str)]
    assert (message["Subject"], message["From"]) == ("the subject", "job@example.org")
    assert message["To"] == "a@example.org, b@example.org"
    assert message.get_payload().split() == NOTICE.text.split()
    said = [one for one in heard if isinstance(one, str)]
    assert any(one.startswith("AUTH PLAIN ") for one in said)
    assert [one for one in said if one.startswith("rcpt")] == [
        "rcpt to:<a@example.org>",
        "rcpt to:<b@example.org>",
    ]


@pytest.mark.parametrize(
    ("refuse", "security", "secrets", "said"),
    [
        ("AUTH", "none", {SMTP_USER: "desk"}, "SMTPAuthenticationError 550"),
        ("MAIL", "none", {}, "SMTPSenderRefused 550"),
        ("RCPT", "none", {}, "SMTPRecipientsRefused"),
        (None, "starttls", {SMTP_USER: "desk"}, "SMTPNotSupportedError"),
        (None, "tls", {SMTP_USER: "desk"}, "SSLError"),
    ],
)
def test_an_email_that_is_refused_is_told(refuse, security, secrets, said):
    with mail_server(refuse) as (port, heard):
        failed = send(NOTICE, by_mail(port, security=security), secrets)
    assert failed == [f"no email was sent by 127.0.0.1:{port}: {said}"]
    assert all(isinstance(one, str) for one in heard)


def test_a_mail_server_that_is_not_there_is_told():
    with mail_server() as (port, _):
        pass
    assert send(NOTICE, by_mail(port), {}) == [
        f"no email was sent by 127.0.0.1:{port}: ConnectionRefusedError"
    ]
    far = by_mail(25, host="mail.invalid")
    assert send(NOTICE, far, {SMTP_USER: "desk"}) == [
        f"no email was sent by mail.invalid:25: {SMTP_PASSWORD} is sent over an encrypted "
        "connection alone"
    ]


@pytest.fixture
def run(command):
    return lambda folder, *more: command("recalibrate", "--workspace", folder, *more)


BROKEN = SMALL.replace("probability: likely", "probability: lickely")


def told_by(folder, address, when="failed"):
    settings = folder / "pyproject.toml"
    added = f'\n[tool.forecast-bench.notify]\nwebhook = "{address}"\nwhen = ["{when}"]\n'
    settings.write_text(settings.read_text(encoding="utf-8") + added, encoding="utf-8")


def test_the_job_tells_once_the_ledger_has_its_line(tmp_path, run):
    folder = small_case(tmp_path, BROKEN)
    with hook() as (address, heard):
        told_by(folder, address)
        status, out, err = run(folder, "--as-of", "2018-03-31", "--log", "json", "--quiet")
    assert (status, out) == (1, "")
    events = [json.loads(line) for line in err.splitlines()]
    assert [one["event"] for one in events] == ["problem", "ended"]
    assert events[0]["problem"]["file"] == "judgments/small.yaml"
    assert (events[1]["ending"], events[1]["exit_status"]) == ("problems", 1)
    assert json.loads(ledger_file(folder).read_text())["ending"] == "problems"
    assert [one[2]["ending"] for one in heard] == ["problems"]


def test_what_cannot_be_told_changes_nothing_of_the_run(tmp_path, run):
    folder = small_case(tmp_path, BROKEN)
    with hook() as (address, _):
        told_by(folder, address)
    day = ("--as-of", "2018-03-31", "--quiet")
    nowhere = tmp_path / "nowhere" / "desk.prom"
    status, _, err = run(folder, *day, "--metrics", nowhere)
    assert status == 1
    assert err.splitlines()[-2:] == [
        f"the metrics were not written: {nowhere}: No such file or directory",
        "the webhook was not told: ConnectError",
    ]
    status, _, err = run(folder, *day, "--log", "json")
    assert status == 1
    assert [json.loads(line)["event"] for line in err.splitlines()] == [
        "problem",
        "not-done",
        "ended",
    ]


def test_a_refused_disk_ends_the_log_with_its_reason(tmp_path, run, monkeypatch):
    folder = small_case(tmp_path)

    def refuse(*_, **__):
        raise OSError(28, "No space left on device", "runs")

    monkeypatch.setattr("forecast_bench.cli.recalibrate.run_job", refuse)
    metrics = tmp_path / "desk.prom"
    status, out, err = run(folder, "--log", "json", "--format", "json", "--metrics", metrics)
    first, last = (json.loads(line) for line in err.splitlines())
    assert (status, out, first["event"]) == (4, "", "started")
    assert (last["ending"], last["exit_status"], last["reason"]) == (
        "stopped",
        4,
        "runs: No space left on device: make room on the disk, and run the job again",
    )
    found = samples(metrics.read_text(encoding="utf-8"), open_metrics)
    assert found["forecast_bench_last_run_ending", ("ending", "stopped")] == 1
    status, out, err = run(folder, "--quiet")
    assert (status, err) == (
        4,
        "stopped: runs: No space left on device: make room on the disk, and run the job again; "
        "what was published before stays\n",
    )


def test_a_bug_ends_the_log_before_it_is_told(tmp_path, run, monkeypatch):
    folder = small_case(tmp_path)

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("forecast_bench.cli.recalibrate.run_job", fail)
    status, _, err = run(folder, "--log", "json", "--quiet")
    said = json.loads(err.splitlines()[0])
    assert (status, said["event"], said["ending"], said["exit_status"]) == (70, "ended", "bug", 70)


def test_without_a_terminal_a_stage_is_a_line_and_a_taken_lock_leaves_metrics_alone(
    tmp_path, run, monkeypatch
):
    folder = small_case(tmp_path)

    def locked(*_, watch, **__):
        watch("read and check")
        return JobResult("locked", None)

    monkeypatch.setattr("forecast_bench.cli.recalibrate.run_job", locked)
    metrics = tmp_path / "desk.prom"
    with hook() as (address, heard):
        told_by(folder, address)
        status, out, err = run(folder, "--metrics", metrics)
        assert (status, err) == (3, "recalibrate: read and check\n")
        assert out == "another job is running in this workspace; nothing was done\n"
        status, out, err = run(folder, "--metrics", metrics, "--log", "json", "--format", "json")
    events = [json.loads(line) for line in err.splitlines()]
    assert [(one["event"], one.get("stage")) for one in events] == [
        ("started", None),
        ("stage", "read and check"),
        ("ended", None),
    ]
    assert all(
        datetime.datetime.fromisoformat(one["time"]).utcoffset() is not None for one in events
    )
    assert (status, json.loads(out)["ending"], events[-1]["ending"]) == (3, "locked", "locked")
    assert (heard, metrics.exists()) == ([], False)


def test_a_day_before_all_judgments_has_none(tmp_path, run):
    status, out, _ = run(small_case(tmp_path), "--as-of", "2017-12-30")
    assert status == 0
    assert out.splitlines()[1] == "0 judgments"


def test_on_a_terminal_there_is_a_bar(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with TextLog(silent=False).progress() as watch:
        watch.stage("count")
        watch.stage("write the tables")
    assert "recalibrate: " not in capsys.readouterr().err


def test_check_tells_nobody(tmp_path, capsys):
    folder = small_case(tmp_path, BROKEN)
    with hook() as (address, heard):
        told_by(folder, address)
        with pytest.raises(SystemExit):
            main(["check", "--workspace", str(folder)])
    capsys.readouterr()
    assert heard == []
