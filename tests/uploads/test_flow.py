"""A batch from opening to catalogue, as an agent and S3's events drive it."""

from __future__ import annotations

from tests.support.world import World


def test_a_backed_up_folder_is_complete_and_its_examination_is_listed(world: World) -> None:
    finished = world.back_up({"E-1/IMG0001.JPG": b"one", "E-1/IMG0002.JPG": b"two"})

    assert finished == {"state": "complete", "stored": 2, "outstanding": 0, "exceptions": 0}
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    assert [each["source_id"] for each in listed] == ["E-1"]
