"""The people of the user pool: a provider makes its first operator here, and each facility's."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import stack_outputs
from infra.template import REGION

OF_PROVIDER = ("operators", "clerks")
GROUPS = (*OF_PROVIDER, "facility-admins", "doctors")


def add_person(
    session: boto3.Session, outputs: dict[str, str], email: str, group: str, facility_id: str = ""
) -> None:
    """
    Make a person of *group*, of *facility_id* unless an operator.

    Cognito mails a temporary password, which the first sign-in replaces.
    """
    cognito, pool = session.client("cognito-idp"), outputs["StaffPoolId"]
    attributes = {"email": email, "email_verified": "true"}
    if facility_id:
        attributes["custom:facility"] = facility_id
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=email,
        TemporaryPassword=secrets.token_urlsafe(15),  # Cognito's own may be shorter than our rule
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
    )
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)


def set_password(
    session: boto3.Session, outputs: dict[str, str], email: str, password: str
) -> None:
    """Give a person a password that stays (where no mail goes out: demos, tests)."""
    session.client("cognito-idp").admin_set_user_password(
        UserPoolId=outputs["StaffPoolId"], Username=email, Password=password, Permanent=True
    )


def forget_phone(session: boto3.Session, outputs: dict[str, str], email: str) -> None:
    """Let a person who lost their phone set up another at the next sign-in."""
    session.client("cognito-idp").admin_set_user_mfa_preference(
        UserPoolId=outputs["StaffPoolId"],
        Username=email,
        SoftwareTokenMfaSettings={"Enabled": False, "PreferredMfa": False},
    )


def replace_password(
    session: boto3.Session, outputs: dict[str, str], email: str, password: str
) -> None:
    """Give a person a password that their next sign-in replaces."""
    session.client("cognito-idp").admin_set_user_password(
        UserPoolId=outputs["StaffPoolId"], Username=email, Password=password, Permanent=False
    )


def id_token(session: boto3.Session, outputs: dict[str, str], email: str, password: str) -> str:
    """Sign a person in; return the ID token that ``POST /sessions`` takes."""
    answer: dict[str, Any] = session.client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=outputs["StaffClientId"],
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])


def main() -> int:
    """Make a person in a deployed stage, or help one who is there."""
    options = _options()
    session = boto3.Session(region_name=options.region)
    try:
        done = _do(session, stack_outputs(session, options.stage), options)
    except (BotoCoreError, ClientError) as error:
        print(f"nothing was changed: {error}", file=sys.stderr)
        return 1
    print(f"{options.email} {done}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Add a person to a stage's user pool, or help one."
    )
    parser.add_argument("email")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--facility", default="", help="the facility's id; none for the provider")
    parser.add_argument("--password", action="store_true", help="ask for a password; send no mail")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--group", choices=GROUPS, help="add the person, as one of these")
    what.add_argument("--lost-phone", action="store_true", help="let them set up another")
    what.add_argument("--forgot-password", action="store_true", help="ask for one to give them")
    options = parser.parse_args()
    if options.group and (options.group in OF_PROVIDER) == bool(options.facility):
        parser.error("the provider's belong to no facility, everybody else to one (--facility)")
    return options


def _do(session: boto3.Session, outputs: dict[str, str], options: argparse.Namespace) -> str:
    """Do what was asked for; return what is now true of the person."""
    if options.lost_phone:
        forget_phone(session, outputs, options.email)
        return "sets up another phone at the next sign-in"
    if options.forgot_password:
        replace_password(session, outputs, options.email, getpass.getpass())
        return "chooses a password at the next sign-in"
    add_person(session, outputs, options.email, options.group, options.facility)
    if options.password:
        set_password(session, outputs, options.email, getpass.getpass())
    return f"is one of {options.group}"


if __name__ == "__main__":
    sys.exit(main())
