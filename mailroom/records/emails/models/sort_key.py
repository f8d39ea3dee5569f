"""A column that holds the sort key of other columns and follows them when the row is saved."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[bytes, bytes]
else:
    _BinaryField = models.BinaryField  # Django's fields cannot be subscripted when they run


class SortKey(_BinaryField):
    """The key of the first of the named columns that is not empty. Rows written in bulk bring it themselves."""

    def __init__(self, *columns: str, **options: Any) -> None:
        options.setdefault("default", b"")
        super().__init__(**options)
        self.columns = columns

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        """Made from the row as it is saved."""
        from mailroom.records.emails import sort_keys  # folding lives in search, which reads the models

        key = sort_keys.of(next(filter(None, (getattr(model_instance, name) for name in self.columns)), ""))
        setattr(model_instance, self.attname, key)
        return key

    def deconstruct(self) -> Any:
        """A plain column for migrations."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.BinaryField", arguments, options
