"""Size of what is deployed: the zip, what Lambda unpacks, and what is large."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator

from bench.figures import Figure
from infra.build import UNZIPPED_LIMIT_BYTES, ZIP_LIMIT_BYTES, build

LARGEST = 5
MEGABYTE = 10**6
MEBIBYTE = 2**20


def figures() -> Iterator[Figure]:
    """Yield what Lambda limits, and the zip's largest packages, compressed."""
    package = build("local")
    limit = ZIP_LIMIT_BYTES / MEGABYTE
    yield Figure("zip", package.zip_bytes / MEGABYTE, limit, "MB", digits=1)
    most = UNZIPPED_LIMIT_BYTES / MEBIBYTE
    yield Figure("unzipped, with its layer", package.unzipped_bytes / MEBIBYTE, most, "MiB")
    sizes: Counter[str] = Counter()
    with zipfile.ZipFile(package.zip) as archive:
        for each in archive.infolist():
            sizes[each.filename.partition("/")[0]] += each.compress_size
    for name, size_bytes in sizes.most_common(LARGEST):
        yield Figure(f"  {name}", size_bytes / MEGABYTE, unit="MB", digits=1)
