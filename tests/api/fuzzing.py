"""Requests by the thousand that the OpenAPI document allows, against a running server."""

import os
import subprocess
import sys

CHECKS = "not_a_server_error,status_code_conformance"
NEEDS_A_SERVER = "accounts/.*(test|work)"  # these would speak to whatever mail server a made-up account names


def fuzz(url: str, authorization: str, examples: int, seed: int) -> None:
    """Send up to `examples` requests an operation; fails with the request that broke the server or the document."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json"),
        *("--header", f"Authorization: {authorization}"),
        *("--checks", CHECKS),
        *("--max-examples", str(examples)),
        *("--phases", "fuzzing"),
        *("--seed", str(seed)),
        *("--exclude-path-regex", NEEDS_A_SERVER),
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"NO_PROXY": "*"}, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
