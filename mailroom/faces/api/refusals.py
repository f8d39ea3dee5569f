"""What a resource refuses, with a sentence for each field."""

from collections.abc import Mapping


class Invalid(ValueError):
    """Values that the record may not have: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)
