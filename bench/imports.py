"""CPU of a cold start: importing app.py, beside boto3 and the bare interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from statistics import median

from bench.figures import Figure
from bench.world import environment
from infra.build import ROOT
from infra.template import REGION

ROUNDS, ROUNDS_COMPILING = 11, 3
APP, BOTO3, BARE = "import app", "import boto3", "pass"


def figures() -> Iterator[Figure]:
    """Yield ratios and medians; a round starts one process of each kind."""
    variables = os.environ | environment() | {"AWS_DEFAULT_REGION": REGION}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as cache:  # everybody's bytecode in one place of its own
        kept = variables | {"PYTHONPYCACHEPREFIX": cache}
        _medians(kept, 1)
        ms = _medians(kept, ROUNDS)
    compiling = {"PYTHONPYCACHEPREFIX": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
    compiling_ms = _medians(variables | compiling, ROUNDS_COMPILING)
    subtracted = (ms[APP] - ms[BARE]) / (ms[BOTO3] - ms[BARE])
    yield Figure("import app / import boto3, interpreter included", ms[APP] / ms[BOTO3], 1.5)
    yield Figure("  interpreter subtracted", subtracted)
    yield Figure("  without bytecode, as the zip ships", compiling_ms[APP] / compiling_ms[BOTO3])
    for code, cpu_ms in ms.items():
        yield Figure(f"  CPU, {code}", cpu_ms, unit="ms", digits=0)
    yield Figure(f"  CPU, {APP}, without bytecode", compiling_ms[APP], unit="ms", digits=0)


def _medians(variables: Mapping[str, str], rounds: int) -> dict[str, float]:
    codes = (APP, BOTO3, BARE)
    taken = [{code: _cpu_ms(code, variables) for code in codes} for _ in range(rounds)]
    return {code: median(each[code] for each in taken) for code in codes}


def _cpu_ms(code: str, variables: Mapping[str, str]) -> float:
    """Run *code* in an interpreter of its own; return its user and system time."""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=variables)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{code!r} ended with status {process.returncode}")
    return (used.ru_utime + used.ru_stime) * 1_000
