"""What each number of a review means and where its formula comes from."""

from typing import Final

from forecast_bench.review.document import Facts, Paragraph, Section

METHOD: Final = (
    (
        "Stated probability",
        "The mean of a Beta prior. Its shape has maximum entropy with a set mass inside the band "
        "of the phrase; analytic confidence caps its weight (worth so many observations) and never "
        "moves its mean. Jaynes 1957, doi:10.1103/PhysRev.106.620; the caps are a convention of "
        "this project.",
        "p ~ Beta(a, b), stated = a / (a + b), weight = a + b",
    ),
    (
        "Base rate",
        "What incident history alone says: counts are Poisson given a Gamma rate (Jeffreys prior), "
        "widened by drift, and gathered to the window. Jeffreys 1946, doi:10.1098/rspa.1946.0056.",
        "rate ~ Gamma(events + 1/2, months), widened by drift; the count of the window is then "
        "negative binomial; base rate = P(that count settles the question)",
    ),
    (
        "By paths",
        "Where no closed form covers a question, as with a team's own model: the weighted share of "
        "simulated windows on which it occurs, with its Monte Carlo standard error. Weighted draws "
        "are worth (sum w) squared over sum w squared (Kish 1965, Survey Sampling); under 200 "
        "there is no number.",
        "base rate = Σ w·1[occurs] / Σ w; worth = (Σ w)² / Σ w²",
    ),
    (
        "Live probability",
        "Odds as stated, times the Bayes factor of the counts since. The word says where to start, "
        "the counts how far to move. Jeffrey 1965, The Logic of Decision (probability kinematics).",
        "logit live = logit stated + logit after - logit base rate",
    ),
    (
        "What moved it",
        "The change of log odds since issue, split into dated revisions of the analyst and counts. "
        "The two add up exactly.",
        "Δ logit live = Δ logit stated (the analyst) + Δ (logit after - logit base rate) (the "
        "counts)",
    ),
    (
        "Credible interval",
        "Holds the quantity with probability 90 %, given model and data. The interval of a live "
        "probability is that of the prior updated by an outcome of that probability.",
        "P(low < θ < high | model, data) = 0.90, equal tails",
    ),
    (
        "Consistency band",
        "Where a point of the reliability diagram would lie nine times in ten if the statements "
        "were reliable; outcomes are drawn once for each question. It is not a credible interval.",
        "outcome of each question ~ Bernoulli(its last stated probability); the curve "
        "refitted; 5th and 95th percentile",
    ),
    (
        "Effective n",
        "How many independent judgments the record is worth: judgments of one question or "
        "situation stand and fall together. Kish 1965, Survey Sampling.",
        "n / (clustered variance of the mean of p - y / its variance were all independent)",
    ),
    (
        "Brier score",
        "(probability - outcome) squared, 0 to 1, lower is better; other tools print twice this, "
        "or 1 minus. Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.",
        "(p - y)², y = 1 where it occurred, else 0",
    ),
    (
        "Log score",
        "Minus the log of the probability given to what happened, in nats, lower is better; "
        "probabilities are clamped to 0.0001 and 0.9999. Good 1952, "
        "doi:10.1111/j.2517-6161.1952.tb00104.x.",
        "-ln p where it occurred, -ln(1 - p) where not",
    ),
    (
        "MCB, DSC, UNC and the pooled values",
        "Isotonic regression after pooling ties (CORP). Dimitriadis, Gneiting and Jordan 2021, "
        "doi:10.1073/pnas.2016191118.",
        "mean score = MCB - DSC + UNC; MCB = S(p) - S(pooled), DSC = S(share) - S(pooled), "
        "UNC = S(share)",
    ),
    (
        "VI, CI, DI, NDI, ANDI",
        "Decomposition over distinct statements. Murphy 1973, "
        "doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2; Yaniv, Yates and Smith 1991, "
        "doi:10.1037/0033-2909.110.3.611.",
        "Brier = VI + CI - DI; VI = ō(1 - ō), NDI = DI / VI, ANDI = (N·NDI - J + 1) / (N - J + 1)",
    ),
    (
        "What a phrase was worth",
        "A Beta prior at the middle of the band, updated by outcomes. There is no verdict below "
        "posterior probability 0.9.",
        "θ ~ Beta(10 m + came true, 10 (1 - m) + did not), m the mean of the band's prior",
    ),
    (
        "Recalibrated",
        "Linear in log odds, partially pooled over analysts, phrases and topics. In force only "
        "once a person activated it; the gate asks for a gain out of sample. Turner et al. 2014, "
        "doi:10.1007/s10994-013-5401-4.",
        "logit q = a + a[analyst] + a[topic] + d[phrase] + exp(b + b[analyst]) · logit p",
    ),
    (
        "Gain over the base rates",
        "For somebody who acts from a threshold on, how much less is lost by acting on the "
        "statements than on the base rates. Ehm et al. 2016, doi:10.1111/rssb.12154.",
        "loss at threshold t = (1 - t)·[occurred, p ≤ t] + t·[did not, p > t]; gain = mean loss of "
        "the base rates - mean loss of the statements",
    ),
    (
        "What an analyst means by a phrase",
        "The share that came true, drawn towards what the phrase means to the others: a Beta prior "
        "with the moments of their share and of how far analysts differ.",
        "θ ~ Beta(w m + came true, w (1 - m) + did not), m the mean of the others, "
        "w = S k / (S + k + 1), S their weight, k how alike analysts are held to be",
    ),
    (
        "Whether a phrase moved",
        "A straight line through its outcomes over time, clustered; all phrases that are tested "
        "share one false alarm in ten.",
        "slope of y on the year of the statement; moved where its interval at 1 - 0.1 / phrases "
        "tested leaves out 0",
    ),
    (
        "Replicated data",
        "Outcomes drawn anew for the same statements from the fitted model. A p near 0 or 1 says "
        "that the model does not make data like ours; no p says that it is true. Gelman, Meng and "
        "Stern 1996, Statistica Sinica 6, 733-807.",
        "p = P(T(y replicated) ≥ T(y observed) | y)",
    ),
    (
        "Left out one at a time",
        "How well each outcome is predicted from all others, by importance sampling; a Pareto k "
        "above 0.7 is not to be trusted. A difference counts beyond two standard errors and 4 "
        "nats. Vehtari, Gelman and Gabry 2017, doi:10.1007/s11222-016-9696-4.",
        "elpd = Σ ln p(yᵢ | all but yᵢ)",
    ),
    (
        "Pooled, and the extremising factor",
        "The inverse logit of the mean log odds of several analysts, times a factor of 1 or more. "
        "Weights by skill, and a factor above 1, only where they gained out of sample. Satopää "
        "et al. 2014, doi:10.1016/j.ijforecast.2013.09.009.",
        "logit pooled = factor · Σ wᵢ logit pᵢ, Σ wᵢ = 1, factor ≥ 1",
    ),
    (
        "r-hat, effective sample size",
        "Whether the chains agree and how much they say. Vehtari et al. 2021, "
        "doi:10.1214/20-BA1221.",
        "r-hat = √(variance over all chains / variance within them), on ranks; at most 1.01 "
        "is asked for",
    ),
)
"""Name, meaning with source, and formula of every number that a review prints."""


def method_section() -> Section:
    """What each number means, in short."""
    lead = Paragraph(
        "Every number of this review: what it means, its formula, whom to cite.", "lead"
    )
    beside = Paragraph(
        "The number always stands with the word, since readers hear very different numbers in the "
        "same word (Wintle et al. 2019, doi:10.1371/journal.pone.0213522)."
    )
    entries = (
        Facts((("Means", means), ("Formula", formula)), title=name)
        for name, means, formula in METHOD
    )
    return Section("method", "What each number means", (lead, beside, *entries))
