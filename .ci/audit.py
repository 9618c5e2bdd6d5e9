"""Ask for known vulnerabilities of what a bill of materials lists, and say what came of it.

    audit.py BILL --tool PIP_AUDIT [--osv-url URL] [--rules FILE] [--today DAY]

There are three endings, told apart by the last line and the status:

* ``audited: …`` with 0: each package was looked up, and nothing is known that was not accepted;
* ``not audited: …`` with 0: the data could not be had, for all packages or for those named;
* ``vulnerable: …`` with 1: something is known that was not accepted, or no longer is.

A tool that finds no data for a package leaves it out and says that nothing was found; here that is
not taken for an audit.
"""

import argparse
import datetime
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RULES = Path(__file__).parent / "supply-chain.toml"
MOST_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A known vulnerability of a package, under all of its names."""

    package: str
    version: str
    names: tuple[str, ...]
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        """Give it in one line."""
        mended = f"mended in {', '.join(self.mended_in)}" if self.mended_in else "not mended yet"
        return f"{self.package} {self.version}: {', '.join(self.names)} ({mended})"


def name_of(written: str) -> str:
    """Name of a package as an index would write it."""
    return re.sub(r"[-_.]+", "-", written).lower()


def asked(given: argparse.Namespace, packages: list[str]) -> tuple[dict[str, Any] | None, str]:
    """Run the tool; its answer, or none and the reason."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text("".join(f"{one}\n" for one in packages), encoding="utf-8")
        command = [str(given.tool), "--requirement", str(listed), "--no-deps", "--disable-pip"]
        command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
        if given.osv_url is not None:
            # An answer that was kept from another day would be no audit of today.
            command += ["--vulnerability-service", "osv", "--osv-url", given.osv_url]
            command += ["--cache-dir", str(Path(folder) / "cache")]
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, check=False, timeout=MOST_SECONDS
            )
        except subprocess.TimeoutExpired:
            return None, f"no answer within {MOST_SECONDS} seconds"
    if done.returncode == 2:  # asked in a way that it does not know; no matter of the data
        raise SystemExit(f"{given.tool.name}: {done.stderr.strip()}")
    try:
        return json.loads(done.stdout), ""
    except json.JSONDecodeError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return None, f"{given.tool.name} left with {done.returncode}: {last}"


def found_in(answer: dict[str, Any]) -> list[Finding]:
    """Vulnerabilities of an answer."""
    return [
        Finding(
            package=one["name"],
            version=one["version"],
            names=(known["id"], *known.get("aliases", ())),
            mended_in=tuple(known.get("fix_versions", ())),
        )
        for one in answer["dependencies"]
        for known in one.get("vulns", ())
    ]


def judged(
    findings: list[Finding], accepted: list[dict[str, Any]], today: datetime.date
) -> tuple[list[str], list[str]]:
    """Lines on what fails, and on what was accepted."""
    failing, passing = [], []
    for one in findings:
        entries = [
            entry
            for entry in accepted
            if name_of(entry["package"]) == name_of(one.package) and entry["id"] in one.names
        ]
        if not entries:
            failing.append(str(one))
            continue
        last = max(entry["until"] for entry in entries)
        told = f"accepted until {last}: {entries[0]['because']}"
        if today > last:
            failing.append(f"{one}; {told}. That day is past")
        else:
            passing.append(f"{one}; {told}")
    return failing, passing


def entries_of(rules: Path) -> list[dict[str, Any]]:
    """Accepted vulnerabilities, each with its reason and its last day."""
    entries = tomllib.loads(rules.read_text(encoding="utf-8")).get("accepted", [])
    for entry in entries:
        kinds = {key: type(value) for key, value in entry.items()}
        if kinds != {"id": str, "package": str, "because": str, "until": datetime.date} or not all(
            str(value).strip() for value in entry.values()
        ):
            raise SystemExit(
                f"{rules.name}: an accepted vulnerability needs id, package, because and until "
                f"(a day), and nothing else: {entry}"
            )
    return entries


def main() -> int:
    """Print what is found and give the status to leave with."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bill", type=Path)
    parser.add_argument("--tool", type=Path, required=True)
    parser.add_argument(
        "--osv-url", help="a service that speaks as OSV does, in place of the index"
    )
    parser.add_argument("--rules", type=Path, default=RULES)
    parser.add_argument(
        "--today",
        type=datetime.date.fromisoformat,
        default=datetime.datetime.now(tz=datetime.UTC).date(),
    )
    given = parser.parse_args()
    accepted = entries_of(given.rules)
    components = json.loads(given.bill.read_text(encoding="utf-8"))["components"]
    packages = [f"{one['name']}=={one['version']}" for one in components]
    answer, reason = asked(given, packages)
    if answer is None:
        print(f"not audited: the data could not be had; {reason}")
        return 0
    skipped = [one["name"] for one in answer["dependencies"] if "skip_reason" in one]
    missing = len(packages) - len(answer["dependencies"]) + len(skipped)
    failing, passing = judged(found_in(answer), accepted, given.today)
    print(*passing, *failing, sep="\n", end="\n" * bool(passing + failing))
    if failing:
        told = f"{len(failing)} that are known and not accepted"
        print(f"vulnerable: {told}, {missing} packages not audited")
        return 1
    if missing:
        some = f": {', '.join(skipped)}" if missing < len(packages) else ""
        print(
            f"not audited: the service has no data on {missing} of {len(packages)} packages{some}"
        )
        return 0
    told = f"{len(passing)} known and accepted" if passing else "no known vulnerability"
    print(f"audited: {len(packages)} packages, {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
