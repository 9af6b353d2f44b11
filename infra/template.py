"""The template's resources with their references resolved, for tests and the local stack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RESOURCES = Path(__file__).parent / "resources.yaml"
REGION = "ap-northeast-1"


class _CloudFormationLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags (!Ref, !Sub, !GetAtt, ...)."""


def _short_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if name == "Fn::GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {name: value}


_CloudFormationLoader.add_multi_constructor("!", _short_tag)


def load(path: Path = RESOURCES) -> dict[str, Any]:
    """Return a template (YAML with short tags, or JSON) in its long form."""
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=_CloudFormationLoader)  # noqa: S506 - a SafeLoader
    return loaded


class Resolver:
    """
    Resolve references as CloudFormation would, as far as names and ARNs go.

    Args:
        physical_ids: Of resources that have their name from CloudFormation, by logical id.
        parameters: Values over the template's defaults; ``Stage`` at least.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        account: str,
        physical_ids: Mapping[str, str] | None = None,
        **parameters: str,
    ) -> None:
        self.resources: Mapping[str, Any] = template["Resources"]
        defaults = {name: each.get("Default", "") for name, each in template["Parameters"].items()}
        self.parameters = {**defaults, **parameters}
        self._physical_ids = physical_ids or {}
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        self._pseudo = {
            "AWS::Region": REGION,
            "AWS::AccountId": account,
            "AWS::Partition": "aws",
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resolved properties of every resource of *kind*, by logical id."""
        return {
            name: self.value(each.get("Properties", {}))
            for name, each in self.resources.items()
            if each.get("Type") == kind
        }

    def value(self, node: Any) -> Any:
        """Return *node* with every intrinsic function in it replaced by its value."""
        if isinstance(node, list):
            values = [self.value(each) for each in node]
            return [each for each in values if each is not None]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                return self._function(name, argument)
        return {key: self.value(each) for key, each in node.items()}

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Fn::Sub":
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._sub(found[1]), argument)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::If":
                condition, when_true, when_false = argument
                return self.value(when_true if self._holds(condition) else when_false)
            case "Fn::Equals":
                first, second = (self.value(each) for each in argument)
                return first == second
            case "Fn::Not":
                return not self.value(argument[0])
        raise ValueError(f"the template uses {name}, which the resolver does not know")

    def _holds(self, condition: str) -> bool:
        return bool(self.value(self._conditions[condition]))

    def _sub(self, name: str) -> str:
        resource, _, attribute = name.partition(".")
        if attribute:
            return str(self._attribute(resource, attribute))
        return str(self._ref(name))

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return None
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        if name in self._physical_ids:
            return self._physical_ids[name]
        properties = self.resources[name].get("Properties", {})
        for key in ("TableName", "BucketName", "QueueName", "TopicName"):
            if key in properties:
                return self.value(properties[key])
        return name

    def _attribute(self, resource: str, attribute: str) -> str:
        name, kind = self._ref(resource), self.resources[resource].get("Type", "")
        if attribute == "QueueName":
            return str(name)
        account, region = self._pseudo["AWS::AccountId"], REGION
        return {
            "AWS::S3::Bucket": f"arn:aws:s3:::{name}",
            "AWS::SQS::Queue": f"arn:aws:sqs:{region}:{account}:{name}",
            "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{region}:{account}:table/{name}",
            "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{region}:{account}:userpool/{name}",
            "AWS::KMS::Key": f"arn:aws:kms:{region}:{account}:key/{name}",
        }.get(kind, f"arn:aws:unknown:{region}:{account}:{name}")


@cache
def resolver_of(stage: str, account: str) -> Resolver:
    """Return a resolver of resources.yaml as *stage* deploys it in *account*."""
    return Resolver(load(), account=account, Stage=stage, CodeBucket="code", CodeKey="code")


def function_environment(resolver: Resolver) -> dict[str, str]:
    """Return the environment every function gets, its references resolved."""
    variables = load()["Globals"]["Function"]["Environment"]["Variables"]
    return {name: str(resolver.value(each)) for name, each in variables.items()}
