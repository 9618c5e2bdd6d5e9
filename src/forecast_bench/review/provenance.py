"""Where everything came from: sources and their terms, inputs and hashes, problems, versions."""

from collections.abc import Mapping

from forecast_bench.review.document import Block, Bullets, Details, Facts, Paragraph, Section, table
from forecast_bench.review.row import Row
from forecast_bench.review.run import Run
from forecast_bench.review.sources import sources_of
from forecast_bench.review.wording import clean, count, counted, listed, number


def sources_section(run: Run) -> Section:
    """Sources with vintage, coverage, licence and attribution."""
    rows = sources_of(run)
    if not rows:
        why = "No counted source: every judgment of this run is settled by hand."
        return Section("sources", "Sources", (Paragraph(why, "absent"),))
    named = listed(
        f"{clean(one.text('source'))} as of {one.text('vintage') or 'an unknown day'}"
        + (" (hindsight)" if one.flag("hindsight") else "")
        for one in rows
    )
    lead = Paragraph(f"{counted(len(rows), 'counted source')}: {named}.", "lead")
    return Section("sources", "Sources", (lead, *(_source(one) for one in rows)))


def _source(row: Row) -> Facts:
    countries = row.values.get("countries")
    late = "retrieved after the as-of date (hindsight)" if row.flag("hindsight") else "in time"
    covered = [one for one in (row.text("coverage_from"), row.text("coverage_to")) if one]
    pairs = (
        ("Attribution", clean(row.text("attribution"))),
        ("Licence", clean(row.text("licence"))),
        ("Vintage", f"{row.text('vintage') or 'unknown'}, {late}"),
        ("Coverage", " to ".join(covered)),
        (
            "Countries",
            listed(clean(str(one)) for one in countries) if countries is not None else "",
        ),
        ("Settlement lag", clean(row.text("settlement"))),
        ("Size", f"{count(row.number('rows'))} rows, {count(row.number('incidents'))} incidents"),
        ("Note on coverage", clean(row.text("coverage_note"))),
        ("Note", clean(row.text("note"))),
        ("SHA-256", clean(row.text("sha256"))),
    )
    name = clean(row.text("title")) or clean(row.text("source"))
    return Facts(tuple((label, text) for label, text in pairs if text), title=name)


def inputs_section(run: Run) -> Section:
    """Problems of the workspace, inputs with hashes, settings, stages and versions."""
    blocks: list[Block] = [*_problems(run), *_suppressed(run), *_inputs(run)]
    settings = run.manifest.get("settings")
    if isinstance(settings, Mapping) and settings:
        pairs = tuple((clean(str(name)), clean(_plain(value))) for name, value in settings.items())
        blocks.append(Details("Settings", (Facts(pairs),)))
    blocks.append(Details("Versions and seeds", (Facts(_versions(run)),)))
    stages = [Row(one) for one in run.manifest.get("stages") or ()]
    if stages:
        lines: list[tuple[str, ...]] = [
            (
                clean(one.text("stage")),
                f"{number(one.number('seconds'), places=1)} s",
                "reused" if one.flag("reused") else "computed",
            )
            for one in stages
        ]
        shown = table("Stages of the job", ("Stage", "Time", "This run"), list(lines))
        blocks.append(Details(f"{len(stages)} stages of the job", (shown,)))
    return Section("inputs", "Inputs and problems", tuple(blocks))


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def _problems(run: Run) -> list[Block]:
    rows = [Row(one) for one in run.problems]
    if not rows:
        return [Paragraph("No warnings or notes on the workspace's files.")]
    lines: list[tuple[str, ...]] = [
        (
            f"{clean(one.text('file'))}:{count(one.number('line'))}",
            clean(one.text("level")),
            clean(one.text("message"))
            + "".join(f" ({clean(str(note))})" for note in one.values.get("notes") or ()),
            clean(one.text("id")),
        )
        for one in rows
    ]
    shown = table("Problems of the workspace", ("Place", "Level", "Message", "Id"), list(lines))
    return [Details(f"{counted(len(rows), 'warning or note', 'warnings and notes')}", (shown,))]


def _inputs(run: Run) -> list[Block]:
    rows = [Row(one) for one in run.manifest.get("inputs") or ()]
    if not rows:
        return [Paragraph("Inputs: not available, because the run lists none.", "absent")]
    lines: list[tuple[str, ...]] = [(clean(one.text("file")), one.text("sha256")) for one in rows]
    shown = table("Files that went in", ("File", "SHA-256"), list(lines))
    return [Details(f"{counted(len(rows), 'input file')} with hashes", (shown,))]


def _versions(run: Run) -> tuple[tuple[str, str], ...]:
    manifest = Row(run.manifest)
    pairs = [
        ("Run", manifest.text("run")),
        ("Made at", manifest.text("made_at")),
        ("Run before", manifest.text("previous") or "none"),
        ("Fingerprint", manifest.text("fingerprint")),
        ("Seed", manifest.text("seed")),
        ("Lexicons", listed(str(one) for one in run.manifest.get("lexicons") or ())),
        ("forecast-bench", manifest.text("version")),
    ]
    pairs += [(str(name), str(of)) for name, of in (run.manifest.get("versions") or {}).items()]
    return tuple((clean(name), clean(text)) for name, text in pairs if text)


def _suppressed(run: Run) -> list[Block]:
    """What comments allow and settings turn off: nobody should have to look for it."""
    blocks: list[Block] = []
    rows = [Row(one) for one in run.manifest.get("suppressed") or ()]
    if rows:
        said = tuple(
            f"{clean(one.text('file'))}, line {count(one.number('line'))}: "
            f"{clean(one.text('message'))} [{clean(one.text('id'))}]. "
            f"Allowed: {clean(one.text('reason'))}"
            for one in rows
        )
        lead = f"{counted(len(said), 'problem')} allowed by a comment with a reason:"
        blocks += [Paragraph(lead, "caveat"), Bullets(said)]
    off = run.manifest.get("turned_off") or ()
    if off:
        named = ", ".join(clean(str(one)) for one in off)
        blocks.append(Paragraph(f"Checks that the settings turn off: {named}.", "caveat"))
    return blocks
