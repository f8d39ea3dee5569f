"""The shapes of the API: two of one name would be one in its description, and hide each other."""

from collections import Counter
from collections.abc import Iterator

from ninja import Schema

from mailroom.faces.api.v1 import api


def shapes(of: type[Schema] = Schema) -> Iterator[type[Schema]]:
    """Every shape that the API's files declare."""
    for one in of.__subclasses__():
        if one.__module__.startswith("mailroom."):
            yield one
        yield from shapes(one)


def test_no_two_shapes_share_a_name() -> None:
    described = set(api.get_openapi_schema()["components"]["schemas"])
    names = Counter(one.__name__ for one in set(shapes()))
    assert "CaseIn" in described & set(names)
    assert not [name for name, count in names.items() if count > 1]
