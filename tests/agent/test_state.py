from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hokan_agent.errors import AlreadyEnrolled, Busy, NotEnrolled
from hokan_agent.machine.home import RUN, Home, Identity
from hokan_agent.machine.state import State
from hokan_agent.sources.scan import Found

FOUND = Found("a", 3, 17, 42)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def test_what_is_remembered_is_known(state: State) -> None:
    state.remember("t", [(FOUND, "said")])
    assert list(state.known("t")) == [("a", 3, 17, 42, "said")]


def test_another_target_knows_nothing_of_it(state: State) -> None:
    state.remember("t", [(FOUND, "")])
    assert list(state.known("other")) == []


def test_a_batch_under_way_is_kept_with_its_chunks(state: State) -> None:
    state.begin_batch("t", b"/f", {"batch_id": "b", "chunk_entries": 97})
    state.keep_chunk("b", 1, {"entries": [2]}, [])
    state.keep_chunk("b", 0, {"entries": [1]}, [])
    assert state.open_batch("t", b"/f") == {"batch_id": "b", "chunk_entries": 97}
    assert [number for number, _, _ in state.chunks("b")] == [0, 1]


def test_a_batch_that_ended_is_forgotten(state: State) -> None:
    state.begin_batch("t", b"/f", {"batch_id": "b"})
    state.keep_chunk("b", 0, {}, [])
    state.end_batch("t", b"/f", "b")
    assert (state.open_batch("t", b"/f"), state.chunks("b")) == (None, [])


def test_each_folder_has_a_batch_of_its_own(state: State) -> None:
    state.begin_batch("t", b"/one", {"batch_id": "b-1"})
    state.begin_batch("t", b"/other", {"batch_id": "b-2"})
    state.end_batch("t", b"/one", "b-1")
    assert state.open_batch("t", b"/other") == {"batch_id": "b-2"}


def test_the_digest_of_a_refused_file_is_kept(state: State) -> None:
    state.keep_refused("t", [(FOUND, "0" * 64)])
    assert state.refused("t") == {"a": (FOUND, "0" * 64)}


def test_a_refused_file_is_not_known_as_stored(state: State) -> None:
    state.keep_refused("t", [(FOUND, "0" * 64)])
    assert list(state.known("t")) == []


def test_a_damaged_cache_is_put_aside_and_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    file.write_bytes(b"this is no database, not at all" * 100)
    state = State(file)
    assert (state.was_damaged, list(state.known("t"))) == (True, [])
    assert file.with_suffix(".damaged").exists()
    state.close()


def test_a_second_run_is_kept_out(tmp_path: Path) -> None:
    with Home(tmp_path).locked(), pytest.raises(Busy), Home(tmp_path).locked():
        pass


def test_a_command_is_told_that_the_service_runs(tmp_path: Path) -> None:
    with (
        Home(tmp_path).locked(RUN),
        pytest.raises(Busy, match="hokan-agent run is under way"),
        Home(tmp_path).locked(),
    ):
        pass


def test_a_lock_says_who_has_it_now(tmp_path: Path) -> None:
    with Home(tmp_path).locked(RUN):
        pass
    with (
        Home(tmp_path).locked(),
        pytest.raises(Busy, match="another run"),
        Home(tmp_path).locked(RUN),
    ):
        pass


def test_without_an_identity_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolled, match="hokan-agent enrol"):
        Home(tmp_path).identity()


def test_key_and_identity_are_for_their_owner_only(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    home, key = Home(tmp_path), Ed25519PrivateKey.generate()
    home.keep_key(key)
    home.keep_identity(Identity("https://x/api", "agent-1", "facility-1"))
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600, 0o600]
    assert home.key().private_bytes_raw() == key.private_bytes_raw()


def test_an_enrolled_agent_is_not_enrolled_over(tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text("{}")
    with pytest.raises(AlreadyEnrolled):
        Home(tmp_path).refuse_if_enrolled()
