"""
Everything the deployment decides, read from the environment once.

Nothing else in chalicelib reads os.environ.  A missing or malformed value stops
the cold start and names the variable, rather than failing in the first request.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


class SettingsError(RuntimeError):
    """The environment does not describe a deployment Hokan can run in."""


@dataclass(frozen=True, slots=True)
class Settings:
    """
    Attributes:
        stage: "local", "dev" or "prod"; never used to branch on behaviour.
        core_table: Facilities, people, contracts, plans, usage, sessions.
        catalogue_table: Patients, examinations, objects, batches.
        box_table: Everything with an end: codes, nonces, grants, chunks.
        objects_bucket: The facilities' images, immutable, and the manifests.
        derived_bucket: What can be made again from the objects.
        media_bucket: Exports, short-lived.
        ingest_queue: Where S3 tells of arrived objects.
        ingest_dead_letters: Where such a message waits that failed five times.
        schedule_dead_letters: Where the event of a scheduled run waits that failed twice.
        export_queue: Where the portal asks for ZIPs.
        export_dead_letters: Where such a message waits that failed three times.
        disc_queue: Where discs are asked for.
        disc_dead_letters: Where such a message waits that failed three times.
        purge_queue: Where the minute asks for what is due to be deleted.
        derive_queue: Where pictures are asked for.
        derive_dead_letters: Where such a message waits that failed three times.
        kms_key_arn: The key all of it is encrypted with.
        slip_key_arn: The key that access codes of patients are kept under; nobody can read it.
        staff_issuer: What Cognito writes as ``iss`` into its tokens.
        staff_jwks_url: Where Cognito publishes the keys of these tokens.
        staff_client_id: The one app client whose tokens are taken.
        require_mfa: Whether nobody comes into the portal without a second factor.
        mail_from: The sender's address of our mails; empty where none are sent.
        portal_url: The portal's public address, for links in mails; empty for no links.
        operator_mail: The provider's own address, for what the provider must hear too; or empty.
        clock_offset_seconds: How far the service's clock runs ahead (demos and tests).
    """

    stage: str
    core_table: str
    catalogue_table: str
    box_table: str
    objects_bucket: str
    derived_bucket: str
    media_bucket: str
    ingest_queue: str
    ingest_dead_letters: str
    schedule_dead_letters: str
    export_queue: str
    export_dead_letters: str
    disc_queue: str
    disc_dead_letters: str
    purge_queue: str
    derive_queue: str
    derive_dead_letters: str
    kms_key_arn: str
    slip_key_arn: str
    staff_issuer: str
    staff_jwks_url: str
    staff_client_id: str
    require_mfa: bool
    mail_from: str = ""
    portal_url: str = ""
    operator_mail: str = ""
    clock_offset_seconds: int = 0

    @property
    def staff_pool_id(self) -> str:
        """The user pool: the last part of its issuer."""
        return self.staff_issuer.rpartition("/")[2]


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Build :class:`Settings` from *environ*; raises SettingsError naming the variable."""

    def text(name: str) -> str:
        value = environ.get(name, "")
        if not value:
            raise SettingsError(f"environment variable {name} is not set")
        return value

    def whole_number(name: str, default: int) -> int:
        value = environ.get(name, str(default))
        if not value.removeprefix("-").isdecimal():
            raise SettingsError(f"environment variable {name} is not a whole number: {value!r}")
        return int(value)

    def truth(name: str) -> bool:
        value = text(name)
        if value not in {"true", "false"}:
            raise SettingsError(f"environment variable {name} is not true or false: {value!r}")
        return value == "true"

    return Settings(
        stage=text("HOKAN_STAGE"),
        core_table=text("HOKAN_CORE_TABLE"),
        catalogue_table=text("HOKAN_CATALOGUE_TABLE"),
        box_table=text("HOKAN_BOX_TABLE"),
        objects_bucket=text("HOKAN_OBJECTS_BUCKET"),
        derived_bucket=text("HOKAN_DERIVED_BUCKET"),
        media_bucket=text("HOKAN_MEDIA_BUCKET"),
        ingest_queue=text("HOKAN_INGEST_QUEUE"),
        ingest_dead_letters=text("HOKAN_INGEST_DEAD_LETTERS"),
        schedule_dead_letters=text("HOKAN_SCHEDULE_DEAD_LETTERS"),
        export_queue=text("HOKAN_EXPORT_QUEUE"),
        export_dead_letters=text("HOKAN_EXPORT_DEAD_LETTERS"),
        disc_queue=text("HOKAN_DISC_QUEUE"),
        disc_dead_letters=text("HOKAN_DISC_DEAD_LETTERS"),
        purge_queue=text("HOKAN_PURGE_QUEUE"),
        derive_queue=text("HOKAN_DERIVE_QUEUE"),
        derive_dead_letters=text("HOKAN_DERIVE_DEAD_LETTERS"),
        kms_key_arn=text("HOKAN_KMS_KEY_ARN"),
        slip_key_arn=text("HOKAN_SLIP_KEY_ARN"),
        staff_issuer=text("HOKAN_STAFF_ISSUER"),
        staff_jwks_url=text("HOKAN_STAFF_JWKS_URL"),
        staff_client_id=text("HOKAN_STAFF_CLIENT_ID"),
        require_mfa=truth("HOKAN_REQUIRE_MFA"),
        mail_from=environ.get("HOKAN_MAIL_FROM", ""),
        portal_url=environ.get("HOKAN_PORTAL_URL", "").rstrip("/"),
        operator_mail=environ.get("HOKAN_OPERATOR_MAIL", ""),
        clock_offset_seconds=whole_number("HOKAN_CLOCK_OFFSET_SECONDS", 0),
    )


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read_settings(os.environ)
