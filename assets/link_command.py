"""Give a checkout's environment the `mailroom` command without installing a package: edits are seen at once."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Write a path file that makes `mailroom` importable, and the command itself."""
    Path(sysconfig.get_path("purelib"), "mailroom.pth").write_text(f"{ROOT}\n")
    command = Path(sysconfig.get_path("scripts"), "mailroom")
    command.write_text(f"#!{sys.executable}\nimport sys\nfrom mailroom.faces.cli.main import main\nsys.exit(main())\n")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
