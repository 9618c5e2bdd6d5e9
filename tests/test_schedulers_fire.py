"""Schedulers that really run: systemd and cron fire, and the job publishes."""

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

import private_machine
from first_case import small_case
from forecast_bench.job.scheduling import Schedule, scheduled_files

pytestmark = pytest.mark.slow

# Nothing of it is ever settled, so no fit is made: the job takes seconds.
OPEN = """\
report: {id: small, title: A judgment that stays open}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  abductions:
    change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}
    within: 40 years
judgments:
  - {id: abductions, statement: More., probability: highly likely, question: abductions}
"""
MOST_SECONDS = 150
SCHEDULE = Schedule(
    workspace=private_machine.WORKSPACE,
    program=private_machine.PROGRAM,
    user=private_machine.USER,
)


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "desk").mkdir()
    (tmp_path / "told").mkdir()
    return small_case(tmp_path / "desk", OPEN)


def where_it_can_be(program: str) -> None:
    reason = private_machine.why_not()
    if reason is None and not Path(program).exists():
        reason = f"there is no {program} here"
    if reason is not None:
        pytest.skip(reason)


def ledger(desk: Path) -> list[dict[str, object]]:
    path = desk / ".forecast-bench" / "ledger.jsonl"
    # A line that is being written has no end yet.
    lines = text_of(path).split("\n")[:-1]
    return [json.loads(line) for line in lines]


def until(machine: "subprocess.Popen[bytes]", told: Path, done) -> None:
    """Wait until something has happened, as long as the machine runs."""
    ends = time.monotonic() + MOST_SECONDS
    while not done():
        try:
            machine.wait(0.2)
        except subprocess.TimeoutExpired:
            if time.monotonic() < ends:
                continue
        texts = {one.name: one.read_text() for one in told.iterdir() if one.is_file()}
        pytest.fail(f"it did not come to that; what was said: {texts}")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def endings(desk: Path) -> list[object]:
    return [one["ending"] for one in ledger(desk)]


# What the units of a real machine wait for; here nothing else is started.
STUBS = ("sysinit", "basic", "timers", "shutdown", "network", "time-sync", "time-set", "umount")
SOON = "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/4\nAccuracySec=100ms\n"
# The job's own settings stay. Beside it, confined alike, a shell says what it finds.
WITNESS = """\
[Service]
StandardOutput=append:/srv/told/job
StandardError=append:/srv/told/job
ExecStartPost=/bin/sh -c 'id -un; grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; \
  tail -n +3 /proc/net/dev | cut -d: -f1; touch /srv/desk/judgments/x; \
  touch /srv/desk/.forecast-bench/.witness && echo derived is written; \
  rm /srv/desk/.forecast-bench/.witness; group=system.slice/forecast-bench.service; \
  cd /sys/fs/cgroup; cat memory/$group/memory.limit_in_bytes $group/memory.max 2>/dev/null; true'
ExecStopPost=/bin/sh -c 'echo "left with $SERVICE_RESULT, $EXIT_STATUS"'
"""
BOOT = """\
exec env container=forecast-bench-test SYSTEMD_UNIT_PATH=/srv/told/units \
  /lib/systemd/systemd --system --unit=timers.target --show-status=no --log-target=null
"""


def test_the_timer_of_systemd_fires_and_the_confined_job_publishes(desk, tmp_path):
    """The units as written, but for the interval: published, unchanged, and a problem told."""
    where_it_can_be("/lib/systemd/systemd")
    units = {f"{name}.target": "[Unit]\nDefaultDependencies=no\n" for name in STUBS}
    units |= scheduled_files("systemd", SCHEDULE)
    units["timers.target"] += "Wants=forecast-bench.timer\n"  # as `systemctl enable` has it
    units["forecast-bench.timer.d/soon.conf"] = SOON
    units["forecast-bench.service.d/witness.conf"] = WITNESS
    files = {f"units/{name}": text for name, text in units.items()}
    (desk / ".forecast-bench").mkdir()
    told = tmp_path / "told"
    with private_machine.running(told, BOOT, desk=desk, files=files) as machine:
        until(machine, told, lambda: text_of(told / "job").count("left with success, 0\n") >= 2)
        # Not the second at once, where midnight falls between the two.
        until(machine, told, lambda: "unchanged" in endings(desk))
        assert endings(desk)[0] == "published"
        assert set(endings(desk)) == {"published", "unchanged"}
        assert (desk / ".forecast-bench" / "runs" / "latest" / "review" / "review.html").is_file()
        (desk / "judgments" / "small.yaml").write_text(OPEN.replace("highly likely", "perhaps"))
        until(machine, told, lambda: "left with exit-code, 1\n" in text_of(told / "job"))
    assert endings(desk)[-1] == "problems"
    said = text_of(told / "job")
    assert said.startswith(
        "nobody\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n    lo\n"
        "touch: cannot touch '/srv/desk/judgments/x': Read-only file system\nderived is written\n"
        f"{4 * 2**30}\nleft with success, 0\n"
    ), said
    assert "judgments/small.yaml:10:53: error:" in said


# The file as the head of it says; none but it, in folders that only this machine sees.
DAEMON = """\
mount -t tmpfs -o mode=755 tmpfs /etc/cron.d
mount -t tmpfs -o mode=755 tmpfs /var/spool/cron
mkdir /var/spool/cron/crontabs
: > /srv/no-crontab
[ ! -e /etc/crontab ] || mount --bind /srv/no-crontab /etc/crontab
install -m 0644 /srv/told/forecast-bench /etc/cron.d/
exec cron -f
"""


def test_the_daemon_of_cron_reads_the_file_and_the_job_publishes(desk, tmp_path):
    """The file as written, but for the time: at the next full minute."""
    where_it_can_be("/usr/sbin/cron")
    written = scheduled_files("cron", SCHEDULE)["forecast-bench"]
    soon, changed = re.subn(r"^0 3 \* \* \* ", "* * * * * ", written, flags=re.MULTILINE)
    assert changed == 1
    (desk / ".forecast-bench").mkdir()
    told = tmp_path / "told"
    files = {"forecast-bench": soon}
    with private_machine.running(told, DAEMON, desk=desk, files=files) as machine:
        until(machine, told, lambda: ledger(desk))
    assert endings(desk) == ["published"]
    assert not (Path("/etc/cron.d") / "forecast-bench").exists()
