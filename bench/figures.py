"""A figure: what was measured, beside what it is to be at most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """
    Attributes:
        target: None where nothing is promised.
        digits: Decimals shown; what is shown is what is compared.
    """

    what: str
    measured: float
    target: float | None = None
    unit: str = ""
    digits: int = 2

    def __str__(self) -> str:
        measured = f"{self.measured:,.{self.digits}f} {self.unit}".strip()
        if self.target is None:
            return f"{self.what:50} {measured:>14}"
        verdict = "ok" if round(self.measured, self.digits) <= self.target else "over"
        target = f"<= {self.target:g} {self.unit}".strip()
        return f"{self.what:50} {measured:>14} {target:>12}  {verdict}"
