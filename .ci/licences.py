"""Hold a bill of materials against what was tested, and its licences against the allowed ones.

    licences.py BILL [--constraints FILE] [--rules FILE]

Leaves with 1 for a licence that is not allowed or a version that was not tested. A licence that
is not known is told, and does not fail. Runs with the Python of the tools, which has
license_expression.
"""

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import license_expression

HERE = Path(__file__).parent
SPDX = license_expression.get_spdx_licensing()


def name_of(written: str) -> str:
    """Name of a package as an index would write it."""
    return re.sub(r"[-_.]+", "-", written).lower()


def pins(text: str) -> dict[str, str]:
    """Versions by name, of a file of constraints."""
    lines = (line.partition(" ")[0] for line in text.splitlines() if "==" in line)
    return {name: version for name, _, version in (line.partition("==") for line in lines)}


def declared(component: dict[str, Any], rules: dict[str, Any]) -> list[str]:
    """Expressions of SPDX for what a component says; what cannot be read is as it was written."""
    read = rules["read"].get(name_of(component["name"]))
    if read is not None:
        return [read]
    found = []
    for one in component.get("licenses", []):
        licence = one.get("license", {})
        written = one.get("expression") or licence.get("id") or licence.get("name", "")
        found.append(rules["classifiers"].get(written, written))
    return list(dict.fromkeys(found))


def verdict(expression: str, allowed: set[str]) -> str:
    """Say whether an expression is "allowed", "refused", or "unknown" to SPDX."""
    try:
        parsed = SPDX.parse(expression, validate=True)
    except license_expression.ExpressionError:
        return "unknown"
    return "allowed" if parsed is not None and holds(parsed, allowed) else "refused"


def holds(parsed: Any, allowed: set[str]) -> bool:
    """Whether the parts of an expression that have to be allowed are."""
    if isinstance(parsed, SPDX.OR):
        return any(holds(one, allowed) for one in parsed.args)
    if isinstance(parsed, SPDX.AND):
        return all(holds(one, allowed) for one in parsed.args)
    return parsed.render() in allowed


def main() -> int:
    """Print what is found and give the status to leave with."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bill", type=Path)
    parser.add_argument("--constraints", type=Path, default=HERE.parent / "constraints.txt")
    parser.add_argument("--rules", type=Path, default=HERE / "supply-chain.toml")
    given = parser.parse_args()
    rules = tomllib.loads(given.rules.read_text(encoding="utf-8"))["licences"]
    tested = pins(given.constraints.read_text(encoding="utf-8"))
    components = json.loads(given.bill.read_text(encoding="utf-8"))["components"]
    wrong, unknown = [], []
    for one in components:
        named = f"{one['name']} {one['version']}"
        if tested.get(name_of(one["name"])) != one["version"]:
            wrong.append(f"{named}: not the version of {given.constraints.name}")
        licences = declared(one, rules)
        if not licences:
            unknown.append(f"{named}: declares no licence")
        for licence in licences:
            match verdict(licence, set(rules["allowed"])):
                case "unknown":
                    unknown.append(f"{named}: {licence!r} is no licence that SPDX knows")
                case "refused":
                    wrong.append(f"{named}: {licence} is not among the licences that are allowed")
    print(
        *(f"not known: {one}" for one in unknown),
        *wrong,
        sep="\n",
        end="\n" * bool(unknown + wrong),
    )
    print(
        f"{len(components)} packages in {given.bill}; licences: "
        f"{len(wrong)} faults, {len(unknown)} not known"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
