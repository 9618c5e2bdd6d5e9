"""Files of schedulers: what is in them, held against the programs that read them."""

import datetime
import json
import re
import shlex
import shutil
import subprocess
from importlib import resources
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import jsonschema
import kubernetes_validate
import pytest
import yaml
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench import __version__
from forecast_bench.job.scheduling import (
    KINDS,
    OccupiedError,
    Schedule,
    ScheduleError,
    repository_of,
    scheduled_files,
    write_files,
)

DESK = Schedule(workspace=PurePosixPath("/srv/desk"), user="desk")
ODD = """/srv/a "b" 'c' 5% $HOME ${x} `d` ; & | é @USER@ 100%%"""
# Which hosts' files hold paths of a machine, and which those of a repository.
ON_A_MACHINE = ("systemd", "cron")
IN_A_REPOSITORY = ("github", "gitlab")


def unit(text):
    """Settings of a unit by section and key, each with its values in order."""
    found, section = {}, ""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        key, _, value = line.partition("=")
        found.setdefault(section, {}).setdefault(key, []).append(value)
    return found


def words(value):
    """Words of a value of systemd, read as its page on syntax says: quotes, then specifiers."""
    return [one.replace("%%", "%") for one in shlex.split(value)]


def loaded(text):
    # A workflow's key `on` is a truth to YAML 1.1, and a word to GitHub.
    return yaml.safe_load(re.sub(r"^on:", '"on":', text, flags=re.MULTILINE))


def of(workspace, **other):
    return Schedule(workspace=PurePosixPath(workspace), **{"user": "desk", **other})


def within(path):
    return Schedule(workspace=PurePosixPath("/srv/desk"), within=PurePosixPath(path), user="desk")


# systemd


def test_the_service_may_write_one_folder_and_has_no_network():
    service = unit(scheduled_files("systemd", DESK)["forecast-bench.service"])["Service"]
    expected = {
        "Type": "oneshot",
        "User": "desk",
        "ExecStart": '"/usr/local/bin/forecast-bench" recalibrate --workspace "/srv/desk" '
        "--wait 600 --quiet",
        "TimeoutStartSec": "2h",
        "Nice": "10",
        "MemoryMax": "4G",
        "UMask": "0027",
        "ProtectSystem": "strict",
        "ProtectHome": "read-only",
        "ReadWritePaths": '"/srv/desk/.forecast-bench"',
        "PrivateTmp": "yes",
        "PrivateNetwork": "yes",
        "IPAddressDeny": "any",
        "RestrictAddressFamilies": "AF_UNIX",
        "NoNewPrivileges": "yes",
        "SystemCallFilter": "@system-service @pkey",
        "CapabilityBoundingSet": "",
    }
    assert {key: service[key] for key in expected} == {k: [v] for k, v in expected.items()}
    # No status but 0 is taken for success, and no secret is given.
    assert not {"SuccessExitStatus", "EnvironmentFile", "Restart"} & service.keys()


def test_the_fetch_is_apart_has_the_network_and_the_secrets():
    files = scheduled_files("systemd", DESK)
    service = unit(files["forecast-bench-fetch.service"])["Service"]
    assert service["EnvironmentFile"] == ["/etc/forecast-bench/secrets"]
    assert service["RestrictAddressFamilies"] == ["AF_UNIX AF_INET AF_INET6"]
    assert not {"PrivateNetwork", "IPAddressDeny"} & service.keys()
    assert service["ReadWritePaths"] == ['"/srv/desk/.forecast-bench"']
    assert words(service["ExecStart"][0])[1:] == ["incidents", "fetch", "--workspace", "/srv/desk"]
    # The job waits for a fetch that runs, and needs none.
    job = unit(files["forecast-bench.service"])["Unit"]
    assert job["After"] == ["forecast-bench-fetch.service"]
    assert not {"Wants", "Requires"} & job.keys()


def test_timers_are_in_utc_and_the_fetch_comes_before():
    files = scheduled_files("systemd", of("/srv/desk", at=datetime.time(0, 5)))
    timers = [unit(files[f"{name}.timer"]) for name in ("forecast-bench", "forecast-bench-fetch")]
    assert [one["Timer"]["OnCalendar"] for one in timers] == [
        ["*-*-* 00:05:00 UTC"],
        ["*-*-* 23:05:00 UTC"],
    ]
    assert {one["Timer"]["Persistent"][0] for one in timers} == {"true"}


def test_odd_paths_are_quoted_for_systemd():
    files = scheduled_files("systemd", of(ODD, program=PurePosixPath("/opt/a b%/forecast-bench")))
    service = unit(files["forecast-bench.service"])["Service"]
    called = words(service["ExecStart"][0])
    assert called[0] == "/opt/a b%/forecast-bench"
    # A command has variables, for which a dollar sign is doubled; a path has none.
    assert called[3].replace("$$", "$") == ODD
    assert called[3].count("$$") == ODD.count("$")
    assert words(service["ReadWritePaths"][0]) == [f"{ODD}/.forecast-bench"]


HAS_SYSTEMD = shutil.which("systemd-analyze") is not None


def verified(folder, files):
    write_files(folder, files, force=False)
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(folder / name) for name in files)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_systemd_reads_the_units(tmp_path):
    """Where systemd is; elsewhere the fields above are what is held."""
    if not HAS_SYSTEMD:
        return
    program = tmp_path / "a b% 'c'"
    program.mkdir()
    program = program.with_name("d e%") / "forecast-bench"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    found = verified(
        tmp_path / "units", scheduled_files("systemd", of(ODD, program=PurePosixPath(program)))
    )
    assert (found.returncode, found.stderr) == (0, "")
    # It did read the name of the program: one that is not there is missed.
    other = of(ODD, program=PurePosixPath(f"{program}-not"))
    found = verified(tmp_path / "others", scheduled_files("systemd", other))
    assert found.returncode != 0
    assert f"Command {program}-not is not executable" in found.stderr
    # Its own measure of exposure, from 0 to 10.
    for name, most in (("forecast-bench", 1.5), ("forecast-bench-fetch", 2.5)):
        judged = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", tmp_path / f"units/{name}.service"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert float(re.findall(r"exposure level for \S+: ([\d.]+)", judged.stdout)[0]) <= most


# cron


def job_of(text):
    (line,) = [one for one in text.splitlines() if one[:1].isdigit()]
    minute, hour, day, month, weekday, user, command = line.split(" ", 6)
    # cron takes a bare percent sign for the end of the command, and the backslash off others.
    assert not re.search(r"(?<!\\)%", command)
    return f"{minute} {hour} {day} {month} {weekday}", user, command.replace("\\%", "%")


def test_cron_runs_it_at_its_time():
    files = scheduled_files("cron", of("/srv/desk", at=datetime.time(0, 30)))
    start = datetime.datetime(2026, 2, 27, 12, tzinfo=ZoneInfo("UTC"))
    for name, hour, day in (("forecast-bench", 0, 28), ("forecast-bench-fetch", 23, 27)):
        times, user, _ = job_of(files[name])
        assert user == "desk"
        first = next(CronSim(times, start))
        assert (first.day, first.hour, first.minute) == (day, hour, 30)
        following = CronSim(times, first)
        assert next(following) - first == datetime.timedelta(days=1)


@pytest.mark.parametrize("left_with", [0, 1, 3, 4])
def test_cron_is_told_the_status_and_the_shell_finds_the_words(tmp_path, left_with):
    """What cron hands to a shell, run by one, with a program that says what it was given."""
    program = tmp_path / "a 'b' 5% $c"
    program.write_text(f'#!/bin/sh\nprintf \'%s\\n\' "$@" > "{tmp_path}/given"\nexit {left_with}\n')
    program.chmod(0o755)
    files = scheduled_files("cron", of(ODD, program=PurePosixPath(program)))
    command = job_of(files["forecast-bench"])[2]
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == left_with
    told = f"forecast-bench recalibrate left with status {left_with}\n" if left_with else ""
    assert (done.stdout, done.stderr) == (told, "")
    given = (tmp_path / "given").read_text().splitlines()
    assert given == ["recalibrate", "--workspace", ODD, "--wait", "600", "--quiet"]


# GitHub and GitLab


def vendored(schema):
    found = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / schema
    return jsonschema.Draft7Validator(json.loads(found.read_text("utf-8")))


def kept_of(path):
    """What is handed on from night to night: all but the code that was compiled."""
    names = ("incidents", "fits", "recalibrations", "runs", "ledger.jsonl")
    return [str(PurePosixPath(path) / ".forecast-bench" / name) for name in names]


@pytest.mark.parametrize("path", [".", "the desk/a 'b' 5% é"])
def test_github_reads_the_workflow(path):
    (text,) = scheduled_files("github", within(path)).values()
    workflow = loaded(text)
    assert [one.message for one in vendored("github-workflows.json").iter_errors(workflow)] == []
    assert workflow["on"]["schedule"] == [{"cron": "0 3 * * *"}]
    assert workflow["permissions"] == {"contents": "read"}
    job = workflow["jobs"]["recalibrate"]
    assert job["defaults"]["run"]["working-directory"] == path
    steps = job["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0, "persist-credentials": False}
    (cached,) = [one["with"]["path"] for one in steps if "cache" in one.get("uses", "")]
    assert cached.splitlines() == kept_of(path)
    # Secrets are given to one step alone, and no status is swallowed but the fetch's, told last.
    assert [one["run"] for one in steps if "env" in one] == ["forecast-bench incidents fetch"]
    assert [one.get("id") for one in steps if "continue-on-error" in one] == ["fetch"]
    assert steps[-1] == {"if": "steps.fetch.outcome == 'failure'", "run": "exit 4"}
    assert f'pip install "forecast-bench=={__version__}"' in [one.get("run") for one in steps]


@pytest.mark.parametrize("path", [".", "the desk/a 'b' 5% é", "-n"])
def test_gitlab_reads_the_pipeline(tmp_path, path):
    (text,) = scheduled_files("gitlab", within(path)).values()
    pipeline = loaded(text)
    assert [one.message for one in vendored("gitlab-ci.json").iter_errors(pipeline)] == []
    job = pipeline["recalibrate"]
    assert (job["allow_failure"], job["resource_group"]) == (False, "forecast-bench")
    assert job["script"][1] == "forecast-bench recalibrate --wait 600"
    assert job["cache"]["paths"] == kept_of(path)
    # The shell goes where it should.
    (tmp_path / path).mkdir(parents=True, exist_ok=True)
    line = f"{pipeline['default']['before_script'][1]} && pwd"
    gone = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True)
    assert gone.stdout == f"{(tmp_path / path).resolve()}\n"


# Kubernetes, and its image


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_kubernetes_reads_the_manifests(version):
    files = scheduled_files("kubernetes", DESK)
    documents = [one for text in files.values() for one in yaml.safe_load_all(text)]
    assert [one["kind"] for one in documents] == ["CronJob", "NetworkPolicy"] * 2
    for one in documents:
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize(
    ("name", "times"), [("forecast-bench", "0 3 * * *"), ("forecast-bench-fetch", "0 2 * * *")]
)
def test_pods_have_no_rights(name, times):
    job, policy = yaml.safe_load_all(scheduled_files("kubernetes", DESK)[f"{name}.yaml"])
    spec = job["spec"]
    assert (spec["schedule"], spec["timeZone"]) == (times, "Etc/UTC")
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0
    template = spec["jobTemplate"]["spec"]["template"]
    pod = template["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["restartPolicy"] == "Never"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"] == {
        "cpu": "2",
        "memory": "4Gi",
        "ephemeral-storage": "2Gi",
    }
    assert [one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")] == [
        "/workspace/.forecast-bench",
        "/tmp",  # noqa: S108 - an empty folder of the pod
    ]
    assert container["image"] == f"forecast-bench:{__version__}"
    # The policy is that of these pods; no rule means that nothing goes out.
    chosen = policy["spec"]["podSelector"]["matchLabels"]
    assert chosen == template["metadata"]["labels"] == {"app": name}
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert ("egress" in policy["spec"]) is (name == "forecast-bench-fetch")
    assert ("envFrom" in container) is (name == "forecast-bench-fetch")


def test_the_image_runs_as_the_user_that_the_pod_names():
    (text,) = scheduled_files("container", DESK).values()
    lines = [one for one in text.replace("\\\n", " ").splitlines() if one and one[0] != "#"]
    orders = [tuple(one.split(None, 1)) for one in lines]
    assert [name for name, _ in orders] == [
        *("FROM", "RUN", "RUN", "RUN", "USER", "ENV", "WORKDIR", "ENTRYPOINT", "CMD")
    ]
    said = dict(orders)
    assert said["USER"] == "10001:10001"
    assert json.loads(said["ENTRYPOINT"]) == ["forecast-bench"]
    pod = next(yaml.safe_load_all(scheduled_files("kubernetes", DESK)["forecast-bench.yaml"]))
    template = pod["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert json.loads(said["CMD"]) == template["containers"][0]["args"]


# What is refused


@pytest.mark.parametrize("kind", ON_A_MACHINE)
@pytest.mark.parametrize("sign", ["\n", "\r", "\0", "\x1b", "\x85", "\u2028", "\u202e", "\udcff"])
def test_signs_that_cannot_be_seen_are_refused(kind, sign):
    expected = f"the workspace has the character U+{ord(sign):04X}, which no file of a scheduler"
    with pytest.raises(ScheduleError, match=re.escape(expected)):
        scheduled_files(kind, of(f"/srv/a{sign}b"))
    with pytest.raises(ScheduleError, match=r"^the program has the character"):
        scheduled_files(kind, of("/srv/a", program=PurePosixPath(f"/srv/a{sign}b")))


@pytest.mark.parametrize("kind", IN_A_REPOSITORY)
@pytest.mark.parametrize("sign", ["\n", "$", "${{", "*", "?", "[", "!", "~", "#", "{", "\\"])
def test_signs_that_a_service_would_read_are_refused(kind, sign):
    with pytest.raises(ScheduleError, match="the workspace has "):
        scheduled_files(kind, within(f"a{sign}b"))


@pytest.mark.parametrize(
    ("kind", "schedule", "message"),
    [
        ("systemd", of("desk"), "the workspace needs a path from the root, got desk"),
        ("cron", of("/a,b"), 'the workspace has a ",", and compiled code cannot be kept under'),
        ("cron", of("/a\\b"), 'the path has a "\\", which not all crons read alike: /a\\b'),
        ("cron", of("/" + "a" * 900), "the line of cron would have "),
        (
            "systemd",
            of("/a", program=PurePosixPath("/a$b")),
            'the program has a "$", which systemd does not allow in the name of a program; use a',
        ),
        ("systemd", of("/a", user="root"), "the job would run as root, and needs no such rights"),
        ("cron", of("/a", user="a b"), "'a b' is no name of a user: name another with --user"),
        ("cron", of("/a", user="a\n* * * * * root"), "'a\\n* * * * * root' is no name of a user"),
        ("kubernetes", of("/a", image="a\nb: c"), "'a\\nb: c' is no name of an image"),
    ],
)
def test_what_cannot_be_is_refused(kind, schedule, message):
    with pytest.raises(ScheduleError, match=f"^{re.escape(message)}"):
        scheduled_files(kind, schedule)


@given(st.text(min_size=1, max_size=40))
def test_any_path_is_given_whole_or_refused(name):
    """The words that the readers see are the path, whatever is in it."""
    path = str(PurePosixPath(f"/srv/{name}"))
    for kind in ON_A_MACHINE:
        try:
            files = scheduled_files(kind, of(path))
        except ScheduleError:
            continue
        if kind == "systemd":
            service = unit(files["forecast-bench.service"])["Service"]
            called = words(service["ExecStart"][0])
            assert called[3].replace("$$", "$") == path
            assert called[4:] == ["--wait", "600", "--quiet"]
            assert words(service["ReadWritePaths"][0]) == [f"{path}/.forecast-bench"]
        else:
            command = shlex.split(job_of(files["forecast-bench"])[2].split(" || ")[0])
            assert path in command
    try:
        (text,) = scheduled_files("github", within(name)).values()
    except ScheduleError:
        return
    job = loaded(text)["jobs"]["recalibrate"]
    assert job["defaults"]["run"]["working-directory"] == str(PurePosixPath(name))


# Writing


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_changed_is_left_unless_forced(tmp_path, kind):
    files = scheduled_files(kind, DESK)
    written = write_files(tmp_path, files, force=False)
    assert [one.read_text("utf-8") for one in written] == list(files.values())
    # Its own files are written anew, those of others are not, nor any beside them.
    assert write_files(tmp_path, files, force=False) == written
    written[-1].write_text(f"{files[written[-1].relative_to(tmp_path).as_posix()]}# mine\n")
    before = [one.read_bytes() for one in written]
    with pytest.raises(OccupiedError, match=f"^{re.escape(str(written[-1]))} is there already"):
        write_files(tmp_path, scheduled_files(kind, of("/srv/other")), force=False)
    assert [one.read_bytes() for one in written] == before
    write_files(tmp_path, files, force=True)
    assert [one.read_text("utf-8") for one in written] == list(files.values())
    assert sorted(one for one in tmp_path.rglob("*") if one.is_file()) == sorted(written)


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "Containerfile").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OccupiedError):
        write_files(tmp_path, scheduled_files("container", DESK), force=False)
    write_files(tmp_path, scheduled_files("container", DESK), force=True)
    assert not (tmp_path / "elsewhere").exists()


def test_the_place_in_a_repository(tmp_path):
    (tmp_path / "a" / "desk").mkdir(parents=True)
    assert repository_of(tmp_path / "a" / "desk") == PurePosixPath(".")
    (tmp_path / "a" / ".git").mkdir()
    assert repository_of(tmp_path / "a" / "desk") == PurePosixPath("desk")
    assert repository_of(tmp_path / "a") == PurePosixPath(".")
