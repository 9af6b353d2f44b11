"""
The local account: a root key nobody uses but to make an operator, and that operator.

MiniStack lets root past signature and policy checks; as a user, everything is checked as on AWS.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import boto3

from infra.local.engine import Credentials, new_credentials

OPERATOR = "hokan-operator"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose keys the local stack knows; *operator* is None until it is made."""

    root: Credentials
    operator: Credentials | None = None


def read_account(path: Path) -> Account:
    """Return the account kept in *path*, or a new one."""
    if not path.exists():
        return Account(root=new_credentials())
    kept = json.loads(path.read_text())
    operator = Credentials(**kept["operator"]) if kept["operator"] else None
    return Account(Credentials(**kept["root"]), operator)


def keep_account(account: Account, path: Path) -> None:
    """Write *account* for the next start, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(account)))


def make_operator(root_session: boto3.Session) -> Credentials:
    """Make the user that deploys and administers; return its key."""
    iam = root_session.client("iam")
    iam.create_user(UserName=OPERATOR)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_user_policy(
        UserName=OPERATOR,
        PolicyName="administrator",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    key = iam.create_access_key(UserName=OPERATOR)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])
