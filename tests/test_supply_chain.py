"""What `make sbom` and `make audit` say of bills of materials: of ours, and of made-up ones."""

import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.supply

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".venv" / "supply" / "tools" / "bin"
ACCEPTED = """\
[[accepted]]
id = "{id}"
package = "Holed_Package"
because = "the fault is in a part that is not called"
until = {until}
"""
HOLE = {
    "id": "PYSEC-2026-7",
    "aliases": ["CVE-2026-7"],
    "summary": "A hole.",
    "affected": [
        {
            "package": {"name": "holed-package", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.3"}]}],
        }
    ],
}
KNOWN = "holed-package 1.2: PYSEC-2026-7, CVE-2026-7 (mended in 1.3)"


@pytest.fixture
def service():
    """A service that knows one vulnerability, or refuses where it is told to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append((asked["package"]["name"], asked["version"]))
            found = asked["package"]["name"] == "holed-package" and asked["version"] == "1.2"
            answer = json.dumps({"vulns": [HOLE]} if found else {}).encode()
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.status, server.asked = 200, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def bill(folder: Path, *components: dict[str, object]) -> Path:
    path = folder / "bill.json"
    path.write_text(json.dumps({"components": components}), encoding="utf-8")
    return path


def component(name, version, *licences):
    return {"name": name, "version": version, "licenses": list(licences)}


SOUND = component("sound", "2.0")
HOLED = component("holed-package", "1.2")


def ran(python, script, *given):
    done = subprocess.run(
        [python, ROOT / ".ci" / script, *map(str, given)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    return done.returncode, done.stdout, done.stderr


def audited(path, *given, tool=TOOLS / "pip-audit"):
    return ran(sys.executable, "audit.py", path, "--tool", tool, "--today", "2026-11-26", *given)


def address(service):
    return f"http://127.0.0.1:{service.server_port}/v1/query"


def rules(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


# make audit, by the real tool


def test_what_was_looked_up_and_found_sound_is_audited(tmp_path, service):
    found = audited(bill(tmp_path, SOUND, component("other", "1")), "--osv-url", address(service))
    assert found == (0, "audited: 2 packages, no known vulnerability\n", "")
    assert sorted(service.asked) == [("other", "1"), ("sound", "2.0")]


def test_a_known_vulnerability_fails(tmp_path, service):
    found = audited(bill(tmp_path, SOUND, HOLED), "--osv-url", address(service))
    said = "vulnerable: 1 that are known and not accepted, 0 packages not audited\n"
    assert found == (1, f"{KNOWN}\n{said}", "")


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_service_that_refuses_is_no_audit_and_no_failure(tmp_path, service, status):
    service.status = status
    left, said, _ = audited(bill(tmp_path, SOUND), "--osv-url", address(service))
    assert left == 0
    assert said.startswith("not audited: the data could not be had; pip-audit left with 1: ")


def test_no_service_is_no_audit_and_no_failure(tmp_path, service):
    where = address(service).replace(str(service.server_port), "9")
    left, said, _ = audited(bill(tmp_path, SOUND), "--osv-url", where)
    assert left == 0
    assert said.startswith("not audited: the data could not be had; pip-audit left with 1: ")


@pytest.mark.parametrize("name", ["PYSEC-2026-7", "CVE-2026-7"])
def test_one_that_was_accepted_passes_until_its_last_day(tmp_path, service, name):
    path, where = bill(tmp_path, SOUND, HOLED), ("--osv-url", address(service))
    accepted = "the fault is in a part that is not called"
    last = rules(tmp_path, ACCEPTED.format(id=name, until="2026-11-26"))
    assert audited(path, *where, "--rules", last) == (
        0,
        f"{KNOWN}; accepted until 2026-11-26: {accepted}\n"
        "audited: 2 packages, 1 known and accepted\n",
        "",
    )
    past = rules(tmp_path, ACCEPTED.format(id=name, until="2026-11-25"))
    left, said, _ = audited(path, *where, "--rules", past)
    assert left == 1
    assert f"{KNOWN}; accepted until 2026-11-25: {accepted}. That day is past\n" in said


def test_one_that_was_accepted_elsewhere_fails(tmp_path, service):
    path, where = bill(tmp_path, HOLED), ("--osv-url", address(service))
    other = ACCEPTED.format(id="PYSEC-2026-7", until="2027-01-01").replace("Holed_", "other-")
    assert audited(path, *where, "--rules", rules(tmp_path, other))[0] == 1
    other = ACCEPTED.format(id="PYSEC-2026-8", until="2027-01-01")
    assert audited(path, *where, "--rules", rules(tmp_path, other))[0] == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("because", "reason"),
        ("until = 2027-01-01", ""),
        ("until = 2027-01-01", 'until = "2027-01-01"'),
        ("the fault is in a part that is not called", " "),
    ],
)
def test_nothing_is_accepted_without_reason_and_last_day(tmp_path, old, new):
    text = ACCEPTED.format(id="PYSEC-2026-7", until="2027-01-01").replace(old, new)
    left, _, told = audited(bill(tmp_path, SOUND), "--rules", rules(tmp_path, text))
    assert left == 1
    assert told.startswith("rules.toml: an accepted vulnerability needs id, package, because and")


# make audit, by what the tool says of an index that has no such data


def tool(folder: Path, dependencies: list[dict[str, object]]) -> Path:
    path = folder / "pip-audit"
    path.write_text(f"#!/bin/sh\ncat <<'E'\n{json.dumps({'dependencies': dependencies})}\nE\n")
    path.chmod(0o755)
    return path


SKIPPED = {"name": "sound", "skip_reason": "Dependency not found and could not be audited"}
HELD = {"name": "other", "version": "1", "vulns": []}


def test_a_package_left_out_is_not_taken_for_audited(tmp_path):
    """The tool itself leaves with 0 here, and says that no known vulnerabilities were found."""
    path = bill(tmp_path, SOUND, component("other", "1"))
    found = audited(path, tool=tool(tmp_path, [SKIPPED, HELD]))
    said = "not audited: the service has no data on 1 of 2 packages: sound\n"
    assert found == (0, said, "")
    # One that the answer does not even name is as little audited.
    assert audited(path, tool=tool(tmp_path, [HELD]))[1].startswith("not audited: ")
    said = "not audited: the service has no data on 1 of 1 packages\n"
    assert audited(bill(tmp_path, SOUND), tool=tool(tmp_path, [SKIPPED])) == (0, said, "")


def test_what_is_known_fails_also_where_others_were_left_out(tmp_path):
    known = {
        "name": "holed-package",
        "version": "1.2",
        "vulns": [{"id": "PYSEC-2026-7", "aliases": ["CVE-2026-7"], "fix_versions": []}],
    }
    left, said, _ = audited(bill(tmp_path, SOUND, HOLED), tool=tool(tmp_path, [SKIPPED, known]))
    assert left == 1
    assert said == (
        "holed-package 1.2: PYSEC-2026-7, CVE-2026-7 (not mended yet)\n"
        "vulnerable: 1 that are known and not accepted, 1 packages not audited\n"
    )


# make sbom


def held(folder, *components):
    path = bill(folder, *components)
    (folder / "constraints.txt").write_text("sound==2.0\nholed-package==1.2 ; python_version>'3'\n")
    given = (path, "--constraints", folder / "constraints.txt")
    left, said, told = ran(TOOLS / "python", "licences.py", *given)
    assert told == ""
    return left, said.replace(str(path), "BILL")


def expression(text):
    return component("sound", "2.0", {"expression": text})


@pytest.mark.parametrize(
    "text",
    [
        "MIT",
        "MIT OR GPL-3.0-only",
        "(GPL-3.0-only OR MIT) AND Zlib",
        "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception",
    ],
)
def test_licences_that_go_with_ours(tmp_path, text):
    assert held(tmp_path, expression(text)) == (
        0,
        "1 packages in BILL; licences: 0 faults, 0 not known\n",
    )


@pytest.mark.parametrize(
    "text",
    ["GPL-3.0-only", "MIT AND AGPL-3.0-or-later", "GPL-2.0-only WITH Classpath-exception-2.0"],
)
def test_licences_that_do_not(tmp_path, text):
    assert held(tmp_path, expression(text)) == (
        1,
        f"sound 2.0: {text} is not among the licences that are allowed\n"
        "1 packages in BILL; licences: 1 faults, 0 not known\n",
    )


def test_a_licence_that_is_not_known_is_told(tmp_path):
    named = component("sound", "2.0", {"license": {"name": "see the file"}})
    assert held(tmp_path, named, component("Holed_package", "1.2")) == (
        0,
        "not known: sound 2.0: 'see the file' is no licence that SPDX knows\n"
        "not known: Holed_package 1.2: declares no licence\n"
        "2 packages in BILL; licences: 0 faults, 2 not known\n",
    )


def test_classifiers_stand_for_licences(tmp_path):
    named = {"license": {"name": "License :: OSI Approved :: BSD License"}}
    assert held(tmp_path, component("sound", "2.0", named))[0] == 0
    # Said twice, each has to go with ours.
    twice = component("sound", "2.0", named, {"license": {"id": "GPL-3.0-only"}})
    assert held(tmp_path, twice)[0] == 1


def test_versions_are_those_that_were_tested(tmp_path):
    other = component("sound", "2.1", {"license": {"id": "MIT"}})
    left, said = held(tmp_path, other)
    assert (left, said.splitlines()[0]) == (1, "sound 2.1: not the version of constraints.txt")


def test_the_bill_is_of_an_install_and_the_same_each_time(tmp_path):
    first, second = ROOT / "dist" / "forecast-bench.cdx.json", tmp_path / "second.json"
    made = re.search(r"\$\(TOOLS\)/bin/cyclonedx-py (.+)", (ROOT / "Makefile").read_text("utf-8"))
    assert made is not None
    given = ["environment", "--output-reproducible", "--validate", "--spec-version", "1.6"]
    assert made[1].startswith(" ".join(given))
    given += ["--pyproject", ROOT / "pyproject.toml", "--output-file", second]
    command = [TOOLS / "cyclonedx-py", *given, ROOT / ".venv" / "supply" / "installed"]
    subprocess.run(command, check=True, capture_output=True)
    first = first.read_bytes()
    assert first == second.read_bytes()
    read = json.loads(first)
    assert not {"serialNumber"} & read.keys()
    assert "timestamp" not in read["metadata"]
    names = {one["name"] for one in read["components"]}
    assert {"pymc", "pandas"} <= names
    assert not {"pytest", "ruff", "pyspark", "distributed"} & names
    # Where it was installed from is the business of the machine.
    assert b"file:" not in first
    assert not re.search(rb'"(vcs|distribution)", "url": "http://', first)
