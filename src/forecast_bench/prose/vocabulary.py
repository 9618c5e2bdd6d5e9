"""Words around the phrases of yardsticks, for one language."""

from forecast_bench.problems import as_text
from forecast_bench.records import Record
from forecast_bench.records.scalars import Text
from forecast_bench.yaml_source import read_record, read_text


class Vocabulary(Record):
    """Words and patterns of one language; what each list is for is said in its file."""

    modifiers: tuple[Text, ...]
    heads: tuple[Text, ...]
    stacked: tuple[Text, ...]
    no_number: tuple[Text, ...]
    certainty: tuple[Text, ...]
    confidence: tuple[Text, ...]
    negations: tuple[Text, ...]


def read_vocabulary(text: str, *, name: str) -> Vocabulary:
    """Read a vocabulary of the package.

    Raises
    ------
    RuntimeError
        If its file is broken: a broken installation.
    """
    document, faults = read_text(text, file=name)
    if document is not None and not faults:
        record, faults = read_record(document, Vocabulary)
        if record is not None:
            return record
    raise RuntimeError("a vocabulary of the package is broken:\n" + "\n".join(map(as_text, faults)))
