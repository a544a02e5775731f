"""The error of a policy pack that may not be used."""

from domain.errors import RegularsError


class PolicyError(RegularsError):
    """Raised when a policy pack is wrong; `table` and `key` say where, for whoever knows the file's lines."""

    def __init__(self, sentence: str, *, table: str = "", key: str = "", place: str = "") -> None:
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.sentence = sentence
        self.table = table
        self.key = key
