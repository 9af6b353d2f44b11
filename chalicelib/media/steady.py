"""One moment for all times that pycdlib writes: it asks the clock, and dice for UDF's volume."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace

from pycdlib import dates, headervd, pycdlib, udf, utils

ASKING = (dates, headervd, pycdlib, udf, utils)


@contextmanager
def steady(at: datetime, seed: str) -> Iterator[None]:
    """
    Have pycdlib write *at* as the time of everything, in UTC, so that an image can be made again.

    (A process makes one image at a time.)
    """
    moment = at.timestamp()
    clock = SimpleNamespace(
        time=lambda: moment,
        localtime=time.gmtime,
        gmtime=time.gmtime,
        strftime=time.strftime,
        strptime=time.strptime,
        struct_time=time.struct_time,
    )
    before = {module: vars(module)["time"] for module in ASKING if "time" in vars(module)}
    try:
        for module in before:
            vars(module)["time"] = clock
        vars(udf)["random"] = random.Random(seed)  # noqa: S311 - a name, no secret
        yield
    finally:
        vars(udf)["random"] = random
        for module, was in before.items():
            vars(module)["time"] = was
