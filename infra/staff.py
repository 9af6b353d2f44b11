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

GROUPS = ("operators", "facility-admins", "doctors")


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


def id_token(session: boto3.Session, outputs: dict[str, str], email: str, password: str) -> str:
    """Sign a person in; return the ID token that ``POST /sessions`` takes."""
    answer: dict[str, Any] = session.client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=outputs["StaffClientId"],
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])


def main() -> int:
    """Make a person in a deployed stage."""
    parser = argparse.ArgumentParser(description="Add a person to a stage's user pool.")
    parser.add_argument("email")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--group", choices=GROUPS, required=True)
    parser.add_argument("--facility", default="", help="the facility's id; operators have none")
    parser.add_argument("--password", action="store_true", help="ask for a password; send no mail")
    options = parser.parse_args()
    if (options.group == "operators") == bool(options.facility):
        parser.error("operators belong to no facility, everybody else to one (--facility)")
    session = boto3.Session(region_name=options.region)
    try:
        outputs = stack_outputs(session, options.stage)
        add_person(session, outputs, options.email, options.group, options.facility)
        if options.password:
            set_password(session, outputs, options.email, getpass.getpass())
    except (BotoCoreError, ClientError) as error:
        print(f"not added: {error}", file=sys.stderr)
        return 1
    print(f"{options.email} is one of {options.group}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
