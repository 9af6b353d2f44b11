"""Questions are kept whole, and an answer names every image once."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokan_agent.commands.receive import peer
from hokan_agent.receiving import transactions
from hokan_agent.receiving.commitment import Image, Transaction, Verdict, answer, asked
from hokan_agent.receiving.station import Address
from hokan_agent.receiving.transactions import Full, Transactions

NOW = datetime(2026, 11, 28, tzinfo=UTC)
CT = "1.2.840.10008.5.1.4.1.1.2"
QUESTION = Transaction("ENDO1", "1.2.3", (Image(CT, "1.2.4"), Image(CT, "1.2.5")), NOW)

VERDICTS = st.dictionaries(
    st.integers(0, 50).map(lambda number: Image(CT, f"1.2.{number}")),
    st.sampled_from(Verdict),
    min_size=1,
)


@given(VERDICTS)
def test_an_answer_names_every_image_once(verdicts: dict[Image, Verdict]) -> None:
    question = Transaction("ENDO1", "1.2.3", (*verdicts, *verdicts), NOW)  # each of them twice
    event, told = answer(question, verdicts)
    committed = told.get("ReferencedSOPSequence", [])
    failed = told.get("FailedSOPSequence", [])
    assert {each.ReferencedSOPInstanceUID: 0 for each in committed} | {
        each.ReferencedSOPInstanceUID: each.FailureReason for each in failed
    } == {image.instance: verdict.reason for image, verdict in verdicts.items()}
    assert (len(committed) + len(failed), event) == (len(verdicts), 2 if failed else 1)


def test_an_answer_reads_as_a_question_of_the_same_images() -> None:
    _, told = answer(QUESTION, dict.fromkeys(QUESTION.images, Verdict.COMMITTED))
    assert asked("ENDO1", told, NOW) == QUESTION


def test_what_is_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    Transactions(tmp_path).keep(QUESTION)
    assert Transactions(tmp_path).open() == [QUESTION]


def test_the_same_question_again_is_one(tmp_path: Path) -> None:
    kept, later = Transactions(tmp_path), QUESTION._replace(asked_at=datetime.now(UTC))
    for each in (QUESTION, later):
        kept.keep(each)
    assert kept.open() == [later]


def test_two_devices_may_use_one_number(tmp_path: Path) -> None:
    kept, other = Transactions(tmp_path), QUESTION._replace(peer="ENDO2")
    for each in (QUESTION, other):
        kept.keep(each)
    kept.forget(QUESTION)
    assert kept.open() == [other]


def test_what_was_written_half_is_no_question_and_goes(tmp_path: Path) -> None:
    (tmp_path / "half.new").write_text("{")
    assert Transactions(tmp_path).open() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"images": [1]}'])
def test_a_damaged_question_is_put_aside(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    assert Transactions(tmp_path).open() == []
    assert [each.name for each in tmp_path.iterdir()] == ["x.damaged"]


def test_questions_cannot_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "MOST", 1)
    kept = Transactions(tmp_path)
    kept.keep(QUESTION)
    kept.keep(QUESTION)
    with pytest.raises(Full):
        kept.keep(QUESTION._replace(uid="1.2.9"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ENDO1", ("ENDO1", None)),
        ("ENDO 1=10.0.0.5:104", ("ENDO 1", Address("10.0.0.5", 104))),
        ("ENDO1=endo1.clinic:11112", ("ENDO1", Address("endo1.clinic", 11112))),
        ("ENDO1=[::1]:104", ("ENDO1", Address("::1", 104))),
    ],
)
def test_a_device_is_named_and_may_have_a_place(
    text: str, told: tuple[str, Address | None]
) -> None:
    assert peer(text) == told


@pytest.mark.parametrize("text", ["", "=10.0.0.5:104", "A=104", "A=:104", "A=h:0", "A=h:x", "A=h:"])
def test_what_is_no_device_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        peer(text)
