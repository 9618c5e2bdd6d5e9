"""Derive every number of the first case from its monthly counts, apart from the package.

Only the counts file, the standard library, numpy and scipy are used, and nothing of the package
under test. Each base rate is worked twice: in closed form, and by integrating over the rate (or,
for reach, by simulation). Run it as a script to print the table:

    python tests/derivations/first_case.py [COUNTS.csv]
"""

import calendar
import csv
import math
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, special, stats

COUNTS = Path(__file__).parents[2] / "incidents" / "sahel-monthly.csv"

# The question's times. Months are numbered year * 12 + month - 1, so that they can be subtracted.
BASELINE = (2017 * 12, 2018 * 12)  # January 2017 up to and without January 2018
WINDOW = (2018 * 12, 2019 * 12 + 6)  # January 2018 to June 2019
SETTLEMENT_DAYS = 14
DRIFT = 0.5
MASS = 0.80

VIOLENT = frozenset(
    ("battle", "explosion", "violence against civilians", "abduction", "territory taken")
)
# Every label in the file, the compound one among them, belongs to the group of all.
GROUP = frozenset(
    ("JNIM", "ISGS", "Ansarul Islam", "Islamist militia (unnamed)", "JNIM and/or ISGS")
)
COUNTRIES = ("Mali", "Burkina Faso")

# First-level areas that the source covers. The counts name only areas with an incident, and reach
# needs those without one too: Bamako in Mali; Centre-Ouest, Haut-Bassins and Plateau-Central in
# Burkina Faso.
AREA_NAMES = {
    "Mali": "Bamako, Gao, Kayes, Kidal, Koulikoro, Menaka, Mopti, Segou, Sikasso, Tombouctou",
    "Burkina Faso": "Boucle du Mouhoun, Cascades, Centre, Centre-Est, Centre-Nord, Centre-Ouest, "
    "Centre-Sud, Est, Haut-Bassins, Nord, Plateau-Central, Sahel, Sud-Ouest",
}
AREAS = {country: names.split(", ") for country, names in AREA_NAMES.items()}

BANDS = {"highly likely": (0.80, 0.90), "likely": (0.55, 0.75), "unlikely": (0.25, 0.35)}


@dataclass(frozen=True)
class Row:
    """One line of the counts file."""

    month: int
    country: str
    admin1: str
    side_a: frozenset[str]
    side_b: frozenset[str]
    event_type: str
    incidents: int


def read_rows(path):
    """Read the counts; lines that begin with # are remarks."""

    def labels(text):
        return frozenset(part.strip() for part in text.split(";") if part.strip())

    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(line for line in file if not line.startswith("#"))
        rows = []
        for line in lines:
            year, month = map(int, line["month"].split("-"))
            rows.append(
                Row(
                    month=year * 12 + month - 1,
                    country=line["country"],
                    admin1=line["admin1"],
                    side_a=labels(line["side_a"]),
                    side_b=labels(line["side_b"]),
                    event_type=line["event_type"],
                    incidents=int(line["incidents"]),
                )
            )
    return rows


def kidnapping(row):
    """JNIM by name on either side; the compound label is not JNIM's to claim."""
    return row.event_type == "abduction" and "JNIM" in row.side_a | row.side_b


def violent_in(*countries):
    """Violent incidents of any of the groups in the countries."""

    def keep(row):
        involved = row.side_a | row.side_b
        return row.event_type in VIOLENT and row.country in countries and bool(involved & GROUP)

    return keep


def clash(row):
    """JNIM against ISGS; two groups joined on one side fought together, not each other."""
    opposed = ("JNIM" in row.side_a and "ISGS" in row.side_b) or (
        "ISGS" in row.side_a and "JNIM" in row.side_b
    )
    return row.event_type == "battle" and opposed


def territory(row):
    """Territory taken by any of the groups."""
    return row.event_type == "territory taken" and bool((row.side_a | row.side_b) & GROUP)


def total(rows, keep, months):
    """Incidents kept in months from the first up to and without the last."""
    return sum(row.incidents for row in rows if months[0] <= row.month < months[1] and keep(row))


def areas_reached(rows, keep, months):
    """Areas with at least one incident kept."""
    return {
        (row.country, row.admin1)
        for row in rows
        if months[0] <= row.month < months[1] and row.incidents > 0 and keep(row)
    }


# --- laws ---------------------------------------------------------------------------------------


def drift_law(count, exposure, drift=DRIFT):
    """Shape and rate of the Gamma whose log has the Jeffreys posterior's mean and a wider variance.

    trigamma(shape) = trigamma(count + 1/2) + drift^2
    digamma(shape) - log(rate) = digamma(count + 1/2) - log(exposure)
    """
    start = count + 0.5
    aim = special.polygamma(1, start) + drift**2
    log_shape = optimize.brentq(
        lambda x: math.log(special.polygamma(1, math.exp(x))) - math.log(aim),
        math.log(1e-4),
        math.log(start + 1),
        xtol=1e-14,
        rtol=1e-14,
    )
    shape = math.exp(log_shape)
    return shape, exposure * math.exp(special.digamma(shape) - special.digamma(start))


def at_least(k, shape, rate, exposure):
    """P(N >= k) of the negative binomial and P(N < k); certain where no more are needed.

    Both are given because a log odds needs the small one with its leading digits.
    """
    if k <= 0:
        return 1.0, 0.0
    if exposure == 0:
        return 0.0, 1.0
    law = stats.nbinom(shape, rate / (rate + exposure))
    return float(law.sf(k - 1)), float(law.cdf(k - 1))


def at_least_by_integration(k, shape, rate, exposure):
    """P(N >= k) again: Poisson tails averaged over the Gamma law of the rate.

    The log of the rate is the variable, so that a shape under 1 leaves no pole at 0.
    """
    if k <= 0:
        return 1.0

    def integrand(log_rate):
        monthly = math.exp(log_rate)
        log_density = shape * (math.log(rate) + log_rate) - rate * monthly - special.gammaln(shape)
        return math.exp(log_density) * stats.poisson.sf(k - 1, monthly * exposure)

    centre, spread = special.digamma(shape) - math.log(rate), special.polygamma(1, shape) ** 0.5
    steps = (-30, -8, -4, -2, -1, 0, 1, 2, 3, 5, 8, 30)
    pieces = [centre + step * spread for step in steps]
    return sum(
        integrate.quad(integrand, low, high, epsabs=1e-13, epsrel=1e-11, limit=200)[0]
        for low, high in pairwise(pieces)
    )


def poisson_binomial_at_least(m, chances):
    """P(at least m of independent events) and its complement, from each one's yes and no."""
    law = [1.0]
    for yes, no in chances:
        longer = [0.0] * (len(law) + 1)
        for hits, mass in enumerate(law):
            longer[hits] += mass * no
            longer[hits + 1] += mass * yes
        law = longer
    return math.fsum(law[m:]), math.fsum(law[:m])


def reached(shape, rate, exposure):
    """P(at least one incident) and P(none)."""
    none = (rate / (rate + exposure)) ** shape
    return 1 - none, none


def stated_mean(low, high):
    """Mean of the Beta of greatest entropy with the mass asked for in the band.

    Lagrange: the mass is met, and the gradients of entropy and mass are parallel.
    """

    def mass(a, b):
        return special.betainc(a, b, high) - special.betainc(a, b, low)

    def conditions(logs):
        a, b = np.exp(logs)
        both = (a + b - 2) * special.polygamma(1, a + b)
        entropy_a = both - (a - 1) * special.polygamma(1, a)
        entropy_b = both - (b - 1) * special.polygamma(1, b)
        step_a, step_b = 1e-5 * a, 1e-5 * b
        mass_a = (mass(a + step_a, b) - mass(a - step_a, b)) / (2 * step_a)
        mass_b = (mass(a, b + step_b) - mass(a, b - step_b)) / (2 * step_b)
        cross = entropy_a * mass_b - entropy_b * mass_a
        return [mass(a, b) - MASS, cross * a * b]

    middle, weight = (low + high) / 2, 1.64 * (low + high) * (2 - low - high) / (high - low) ** 2
    found = optimize.root(
        conditions, np.log([middle * weight, (1 - middle) * weight]), tol=1e-12, method="lm"
    )
    a, b = np.exp(found.x)
    if abs(mass(a, b) - MASS) > 1e-9:
        raise ValueError(f"no Beta found for {low} to {high}: {found.message}")
    return float(a / (a + b)), float(a), float(b)


def live_probability(stated, base, after):
    """Stated log odds moved by what the counts moved the base rate; pairs of yes and no."""
    if 0.0 in after:
        return after[0]
    moved = math.log(after[0] / after[1]) - math.log(base[0] / base[1])
    return float(special.expit(special.logit(stated) + moved))


# --- time ---------------------------------------------------------------------------------------


def last_day(month):
    """Last day of a numbered month."""
    year, index = divmod(month, 12)
    return date(year, index + 1, calendar.monthrange(year, index + 1)[1])


def elapsed_end(as_of):
    """First month of the window that is not wholly over on a day."""
    return next(
        (month for month in range(*WINDOW) if last_day(month) > as_of),
        WINDOW[1],
    )


def settled_end(as_of):
    """First month of the window whose counts may still change on a day."""
    lag = timedelta(days=SETTLEMENT_DAYS)
    return next((month for month in range(*WINDOW) if last_day(month) + lag > as_of), WINDOW[1])


def state(as_of, passed_in):
    """State on a day, given the month in which the threshold was passed (None: never)."""
    if passed_in is not None and passed_in < settled_end(as_of):
        return "occurred"
    if settled_end(as_of) == WINDOW[1]:
        return "did not occur"
    return "open" if as_of <= last_day(WINDOW[1] - 1) else "settling"


def first_settled_day(passed_in):
    """First day on which the outcome stands."""
    month = WINDOW[1] - 1 if passed_in is None else passed_in
    return last_day(month) + timedelta(days=SETTLEMENT_DAYS)


# --- judgments ----------------------------------------------------------------------------------

# id: (phrase, which incidents, kind)
JUDGMENTS = {
    "jnim-kidnap-more": ("highly likely", kidnapping, "change"),
    "tempo-mali": ("likely", violent_in("Mali"), "change"),
    "tempo-burkina-faso": ("likely", violent_in("Burkina Faso"), "change"),
    "tempo-both": ("likely", violent_in(*COUNTRIES), "change"),
    "reach-if-border-unchanged": ("highly likely", violent_in(*COUNTRIES), "reach"),
    "jnim-isgs-fight": ("likely", clash, "any"),
    "territory-seized": ("unlikely", territory, "any"),
}
DATES = (date(2018, 6, 30), date(2019, 7, 31))
BASELINE_MONTHS = BASELINE[1] - BASELINE[0]
WINDOW_MONTHS = WINDOW[1] - WINDOW[0]


def derive_count(rows, keep, kind):
    """Numbers of a judgment about one count: change against the baseline, or any at all."""
    before = total(rows, keep, BASELINE)
    ratio = Fraction(before * WINDOW_MONTHS, BASELINE_MONTHS)
    k = math.floor(ratio) + 1 if kind == "change" else 1
    shape, rate = drift_law(before, BASELINE_MONTHS)
    base = at_least(k, shape, rate, WINDOW_MONTHS)
    again = at_least_by_integration(k, shape, rate, WINDOW_MONTHS)
    passed = next(
        (m for m in range(*WINDOW) if total(rows, keep, (WINDOW[0], m + 1)) >= k),
        None,
    )

    def at(as_of):
        end = elapsed_end(as_of)
        elapsed, seen = end - WINDOW[0], total(rows, keep, (WINDOW[0], end))
        left = WINDOW_MONTHS - elapsed
        after = at_least(k - seen, shape + seen, rate + elapsed, left)
        check = (
            at_least_by_integration(k - seen, shape + seen, rate + elapsed, left)
            if left
            else after[0]
        )
        return seen, after, check

    return {
        "before": before,
        "k": k,
        "shape": shape,
        "rate": rate,
        "base": base,
        "base_again": again,
        "passed": passed,
        "at": at,
        "window": total(rows, keep, WINDOW),
    }


def pooled_over_all(own):
    """Law of an unseen area: incidents and exposure of all covered areas together."""
    return drift_law(sum(own.values()), len(own) * BASELINE_MONTHS)


def pooled_over_unseen(own):
    """Law of an unseen area: the areas without an incident together, so no incident at all."""
    return drift_law(0, sum(count == 0 for count in own.values()) * BASELINE_MONTHS)


def spread_of_areas(own):
    """Law of an unseen area: rates differ by area as a Gamma, fitted to all areas by likelihood.

    Then that Gamma is updated on the area's own silence, and widened by drift.
    """

    def minus_log_likelihood(logs):
        shape, rate = np.exp(logs)
        chance = rate / (rate + BASELINE_MONTHS)
        return -sum(stats.nbinom.logpmf(count, shape, chance) for count in own.values())

    fitted = optimize.minimize(
        minus_log_likelihood, [-1, -1], method="Nelder-Mead", options={"xatol": 1e-10}
    )
    shape, rate = np.exp(fitted.x)
    aim = special.polygamma(1, shape) + DRIFT**2
    wider = optimize.brentq(lambda x: special.polygamma(1, x) - aim, 1e-4, shape + 1, xtol=1e-14)
    moved = math.exp(special.digamma(wider) - special.digamma(shape))
    return wider, (rate + BASELINE_MONTHS) * moved


# How an area never seen is read. The first is the rule as written; the others show what it does.
UNSEEN = {
    "all areas": pooled_over_all,
    "unseen areas": pooled_over_unseen,
    "spread of areas": spread_of_areas,
}


def reach_chance(laws, threshold, *, elapsed, seen):
    """P(at least so many areas by the end) and its complement, given those reached so far."""
    left = WINDOW_MONTHS - elapsed
    # An area without an incident so far keeps its shape and gains the elapsed exposure.
    chances = [
        (1.0, 0.0) if area in seen else reached(shape, rate + elapsed, left)
        for area, (shape, rate) in laws.items()
    ]
    yes, no = poisson_binomial_at_least(threshold, chances)
    exact = exact_complement(threshold, chances)
    if not math.isclose(no, exact, rel_tol=1e-9, abs_tol=1e-300):
        raise ValueError(f"two roads to the complement differ: {no} and {exact}")
    return yes, no


def exact_complement(m, chances):
    """P(fewer than m) again, as a product of polynomials with exact fractions."""
    law = [Fraction(1)]
    for _, no in chances:
        none = Fraction(no)
        law = [
            (law[hits] * none if hits < len(law) else 0)
            + (law[hits - 1] * (1 - none) if hits else 0)
            for hits in range(len(law) + 1)
        ]
    return float(sum(law[:m]))


def simulated_reach(laws, threshold, *, elapsed, seen, runs=400_000, seed=20171231):
    """P(at least so many areas) once more, by drawing rates and incidents."""
    generator = np.random.default_rng(seed + elapsed)
    hits = np.full(runs, len(seen))
    for area, (shape, rate) in laws.items():
        if area not in seen:
            rates = generator.gamma(shape, 1 / (rate + elapsed), runs)
            hits += generator.poisson(rates * (WINDOW_MONTHS - elapsed)) > 0
    return float((hits >= threshold).mean())


def derive_reach(rows, keep, unseen="all areas"):
    """Numbers of the judgment about reach: one law for each area, then their Poisson-binomial."""
    before = areas_reached(rows, keep, BASELINE)
    k = len(before) + 1
    covered = [(country, area) for country in COUNTRIES for area in AREAS[country]]
    unknown = areas_reached(rows, keep, (BASELINE[0], WINDOW[1])) - set(covered)
    if unknown:
        raise ValueError(f"areas with incidents that are not covered: {sorted(unknown)}")

    def in_area(area):
        return lambda row: (row.country, row.admin1) == area and keep(row)

    own = {area: total(rows, in_area(area), BASELINE) for area in covered}
    never = UNSEEN[unseen](own)
    laws = {
        area: drift_law(count, BASELINE_MONTHS) if count else never for area, count in own.items()
    }

    def at(as_of):
        end = elapsed_end(as_of)
        seen = areas_reached(rows, keep, (WINDOW[0], end))
        so_far = {"elapsed": end - WINDOW[0], "seen": seen}
        after = reach_chance(laws, k, **so_far)
        return len(seen), after, simulated_reach(laws, k, **so_far)

    return {
        "before": len(before),
        "k": k,
        "shape": never[0],
        "rate": never[1],
        "base": reach_chance(laws, k, elapsed=0, seen=set()),
        "base_again": simulated_reach(laws, k, elapsed=0, seen=set()),
        "passed": next(
            (m for m in range(*WINDOW) if len(areas_reached(rows, keep, (WINDOW[0], m + 1))) >= k),
            None,
        ),
        "at": at,
        "window": len(areas_reached(rows, keep, WINDOW)),
        "laws": laws,
        "pooled_incidents": sum(own.values()),
        "areas": len(covered),
    }


def derive(path=COUNTS):
    """All numbers, by judgment id."""
    rows = read_rows(path)
    found = {}
    for name, (phrase, keep, kind) in JUDGMENTS.items():
        numbers = derive_reach(rows, keep) if kind == "reach" else derive_count(rows, keep, kind)
        stated, a, b = stated_mean(*BANDS[phrase])
        at = numbers.pop("at")
        dated = {}
        for as_of in DATES:
            seen, after, check = at(as_of)
            dated[as_of] = {
                "seen": seen,
                "after": after[0],
                "after_complement": after[1],
                "after_again": check,
                "live": live_probability(stated, numbers["base"], after),
                "state": state(as_of, numbers["passed"]),
            }
        found[name] = {
            **numbers,
            "base": numbers["base"][0],
            "base_complement": numbers["base"][1],
            "stated": stated,
            "a": a,
            "b": b,
            "settled_on": first_settled_day(numbers["passed"]),
            "dated": dated,
        }
    return found


def reach_readings(path=COUNTS):
    """Base rate, then base rate after and live probability on the first date, by reading."""
    rows = read_rows(path)
    phrase, keep, _ = JUDGMENTS["reach-if-border-unchanged"]
    stated = stated_mean(*BANDS[phrase])[0]
    found = {}
    for unseen in UNSEEN:
        numbers = derive_reach(rows, keep, unseen)
        _, after, again = numbers["at"](DATES[0])
        found[unseen] = {
            "law": (numbers["shape"], numbers["rate"]),
            "base": numbers["base"][0],
            "base_again": numbers["base_again"],
            "after": after[0],
            "after_again": again,
            "live": live_probability(stated, numbers["base"], after),
        }
    return found


def first_clash_month(path=COUNTS):
    """First month with a battle of JNIM against ISGS, anywhere in the file."""
    year, index = divmod(min(row.month for row in read_rows(path) if clash(row)), 12)
    return f"{year}-{index + 1:02d}"


def table(found):
    """Lay the numbers out for reading."""
    lines = []
    for name, numbers in found.items():
        passed = numbers["passed"]
        month = "never" if passed is None else f"{passed // 12}-{passed % 12 + 1:02d}"
        lines += [
            f"{name}: baseline {numbers['before']} in {BASELINE_MONTHS} months, threshold "
            f"{numbers['k']}, in the window {numbers['window']}",
            f"  law Gamma({numbers['shape']:.6f}, {numbers['rate']:.6f})   "
            f"base rate {numbers['base']:.6f} (again {numbers['base_again']:.6f}, "
            f"complement {numbers['base_complement']:.6e})   "
            f"stated {numbers['stated']:.6f} = Beta({numbers['a']:.4f}, {numbers['b']:.4f})",
        ]
        lines += [
            f"  {day}: seen {row['seen']}, base rate after {row['after']:.6f} "
            f"(again {row['after_again']:.6f}, complement "
            f"{row['after_complement']:.6e}), live {row['live']:.6f}, {row['state']}"
            for day, row in numbers["dated"].items()
        ]
        lines.append(f"  threshold passed {month}; outcome stands from {numbers['settled_on']}")
        if "laws" in numbers:
            lines.append(
                f"  pooled law of unseen areas from {numbers['pooled_incidents']} incidents in "
                f"{numbers['areas']} areas"
            )
            lines += [
                f"    {'/'.join(area)}: Gamma({law[0]:.6f}, {law[1]:.6f}), "
                f"P(reached) {reached(*law, WINDOW_MONTHS)[0]:.6f}"
                for area, law in numbers["laws"].items()
            ]
    return "\n".join(lines)


def main(arguments):
    """Print the table."""
    path = Path(arguments[0]) if arguments else COUNTS
    lines = [table(derive(path)), f"first clash: {first_clash_month(path)}"]
    lines += [
        f"reach, unseen areas read from {unseen}: "
        + ", ".join(f"{key} {value}" for key, value in numbers.items())
        for unseen, numbers in reach_readings(path).items()
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
