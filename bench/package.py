"""Size of what is deployed: the zip, and what is large in it."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator

from bench.figures import Figure
from infra.build import ZIP_LIMIT_BYTES, build

LARGEST = 5
MEGABYTE = 10**6


def figures() -> Iterator[Figure]:
    """Yield the zip's size and its largest packages, compressed."""
    package = build("local")
    limit = ZIP_LIMIT_BYTES / MEGABYTE
    yield Figure("zip", package.zip_bytes / MEGABYTE, limit, "MB", digits=1)
    sizes: Counter[str] = Counter()
    with zipfile.ZipFile(package.zip) as archive:
        for each in archive.infolist():
            sizes[each.filename.partition("/")[0]] += each.compress_size
    for name, size_bytes in sizes.most_common(LARGEST):
        yield Figure(f"  {name}", size_bytes / MEGABYTE, unit="MB", digits=1)
