"""Pages of a PDF as pictures, drawn by PDFium in a process of its own with little time, little memory and no files.

A PDF from outside is hostile input to a large library: what goes wrong there ends that process and nothing else.
"""

import contextlib
import resource
import struct
import subprocess
import sys
import zlib

MOST_PAGES = 50
WIDTH = 1100
SECONDS = 10
MEMORY = 1_500_000_000


class NotReadable(Exception):
    """The file cannot be shown; the text tells a person so."""


def count(pdf: bytes) -> int:
    """How many pages can be shown, at most 50; raises NotReadable."""
    return int(_apart(pdf, 0) or b"0")


def draw(pdf: bytes, number: int) -> bytes:
    """Page `number`, counted from 1, as a PNG; raises NotReadable."""
    if not 0 < number <= MOST_PAGES:
        raise NotReadable("There is no such page.")
    return _apart(pdf, number)


def _apart(pdf: bytes, number: int) -> bytes:
    command = [sys.executable, "-I", "-m", "mailroom.mime.pdf_pages", str(number)]
    try:
        done = subprocess.run(command, input=pdf, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise NotReadable("This PDF cannot be shown here. Download it to open it.") from None
    return done.stdout


def main(number: int) -> None:
    """In the process of its own: read the PDF from standard input, write the count (0) or one page as a PNG."""
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import pypdfium2

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    if not number:
        sys.stdout.buffer.write(str(min(len(document), MOST_PAGES)).encode())
        return
    page = document[number - 1]
    width = max(1.0, page.get_width())
    height = max(1.0, page.get_height())
    scale = min(WIDTH / width, 4 * WIDTH / height, 4.0)
    bitmap = page.render(scale=scale, rev_byteorder=True, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGR)
    sys.stdout.buffer.write(png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride))


def png(pixels: bytes, width: int, height: int, stride: int) -> bytes:
    """Rows of RGB pixels as a PNG (RFC 2083)."""
    rows = b"".join(b"\x00" + pixels[row * stride : row * stride + width * 3] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in pieces
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
