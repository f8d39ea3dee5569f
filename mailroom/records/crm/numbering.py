"""Numbers for records that people speak of by number: C-000124, R-000007."""

from django.db import models, transaction

from mailroom.records.crm.models import NumberSeries

DIGITS = 6


@transaction.atomic
def following(prefix: str, model: type[models.Model], field: str) -> str:
    """The next free number of a series such as "C-"; two that ask at once get two numbers."""
    taken = model._default_manager.filter(**{f"{field}__startswith": prefix})
    series, made = NumberSeries.objects.get_or_create(series=prefix)
    series = NumberSeries.objects.select_for_update().get(pk=series.pk)
    if made:
        series.last = _highest(prefix, list(taken.order_by(f"-{field}").values_list(field, flat=True)[:20]))
    series.last += 1
    while taken.filter(**{field: f"{prefix}{series.last:0{DIGITS}}"}).exists():
        series.last += 1
    series.save()
    return f"{prefix}{series.last:0{DIGITS}}"


def _highest(prefix: str, numbers: list[str]) -> int:
    """The greatest number in use; what somebody numbered in words counts for nothing."""
    return max((int(rest) for number in numbers if (rest := number.removeprefix(prefix)).isdecimal()), default=0)
