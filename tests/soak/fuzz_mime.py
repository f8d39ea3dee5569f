"""Fuzzing of `mime` by coverage; run by hand or by the soak: python tests/soak/fuzz_mime.py -max_total_time=600"""

import json
import sys

import atheris

with atheris.instrument_imports(include=["mailroom.mime"]):
    from mailroom.mime import bodies, parse


def once(raw: bytes) -> None:
    """One input: any bytes give an object, and its HTML can be cleaned."""
    message = parse.parse(raw)
    json.dumps(message.to_json())
    bodies.sanitise_html(message.html)


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)
    atheris.Fuzz()
