"""What a provider deploys: the packaged template and its zip, held to the rules."""

from __future__ import annotations

import functools
import json
import zipfile
from typing import Any

import pytest

from infra.build import (
    UNZIPPED_LIMIT_BYTES,
    ZIP_LIMIT_BYTES,
    BuildError,
    build,
    check_sizes,
)
from infra.template import Resolver, load
from tests.infra.test_template import FUNCTIONS

# One worker packages, and only where the packaged stack runs: it takes most of a minute.
pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.journey]


@functools.cache
def template() -> dict[str, Any]:
    return load(build("local").template)


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    found = template()["Resources"].items()
    return {name: each["Properties"] for name, each in found if each["Type"] == kind}


def test_the_zip_is_one_lambda_takes() -> None:
    assert build("local").zip_bytes < ZIP_LIMIT_BYTES


def test_what_the_api_function_unpacks_is_what_lambda_takes() -> None:
    assert build("local").unzipped_bytes < UNZIPPED_LIMIT_BYTES


def test_a_package_too_large_to_unpack_is_refused_with_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    package = build("local")
    monkeypatch.setattr("infra.build.UNZIPPED_LIMIT_BYTES", package.unzipped_bytes - 1)
    with pytest.raises(BuildError, match=f"unpack to {package.unzipped_bytes} bytes"):
        check_sizes(package)


def test_only_the_api_function_has_the_layer() -> None:
    layered = [name for name, each in of_type("AWS::Lambda::Function").items() if "Layers" in each]
    assert layered == ["APIHandler"]


def test_the_gateway_passes_bytes_whatever_a_browser_accepts() -> None:
    (gateway,) = of_type("AWS::ApiGateway::RestApi").values()
    assert gateway["BinaryMediaTypes"] == ["*/*"]


def test_the_zip_holds_the_service_and_nothing_else_of_ours() -> None:
    with zipfile.ZipFile(build("local").zip) as code:
        names = {name.partition("/")[0] for name in code.namelist()}
    assert {"app.py", "chalicelib"} <= names
    assert not {"infra", "tests", "agent", "moto", "ministack"} & names


def test_the_zip_holds_the_decoders_as_their_wheel_has_them() -> None:
    """Where Pillow has no wheel for Lambda, Chalice compiles what this machine happens to have."""
    with zipfile.ZipFile(build("local").zip) as code:
        names = code.namelist()
    assert any(name.startswith("PIL/_webp.") for name in names)
    assert any(name.startswith("pillow.libs/libopenjp2") for name in names)


def test_packaging_again_without_a_change_is_the_same_package() -> None:
    assert build("local") == build("local")


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [json.dumps(each["Role"]) for each in of_type("AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == len(FUNCTIONS)


def test_failed_messages_alone_come_again() -> None:
    for name, mapping in of_type("AWS::Lambda::EventSourceMapping").items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


@pytest.mark.parametrize("name", ["Ingest", "Export", "Derive"])
def test_a_message_waits_six_times_as_long_as_its_function_runs(name: str) -> None:
    """AWS's advice for SQS event sources."""
    queue = template()["Resources"][f"{name}Queue"]["Properties"]
    function = template()["Resources"][name]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


@pytest.mark.parametrize("kind", ["AWS::DynamoDB::Table", "AWS::KMS::Key"])
def test_nothing_that_holds_data_goes_with_the_stack(kind: str) -> None:
    for name, each in template()["Resources"].items():
        if each["Type"] == kind:
            assert each["DeletionPolicy"] == "Retain", name


def test_every_bucket_is_private_and_encrypted() -> None:
    for name, bucket in of_type("AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert "aws:kms" in json.dumps(bucket["BucketEncryption"]), name


def test_every_table_can_be_taken_back_in_time() -> None:
    for name, table in of_type("AWS::DynamoDB::Table").items():
        recovery = table["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}, name


def test_only_the_box_forgets() -> None:
    forgetting = {
        name
        for name, table in of_type("AWS::DynamoDB::Table").items()
        if "TimeToLiveSpecification" in table
    }
    assert forgetting == {"BoxTable"}


def test_a_current_object_never_expires() -> None:
    rules = template()["Resources"]["ObjectsBucket"]["Properties"]["LifecycleConfiguration"]
    assert [rule for rule in rules["Rules"] if "ExpirationInDays" in rule] == []


def test_tls_is_demanded_everywhere_but_on_a_local_stack() -> None:
    def demanded(stage: str) -> bool:
        resolver = Resolver(template(), account="1", Stage=stage, CodeBucket="b", CodeKey="k")
        return "SecureTransport" in json.dumps(resolver.of_type("AWS::S3::BucketPolicy"))

    assert (demanded("prod"), demanded("local")) == (True, False)


def test_every_queue_that_may_fail_is_watched() -> None:
    watched = json.dumps(of_type("AWS::CloudWatch::Alarm"))
    assert "IngestDeadLetters" in watched
    assert "ExportDeadLetters" in watched
    assert "DeriveDeadLetters" in watched
    assert "ScheduleDeadLetters" in watched
