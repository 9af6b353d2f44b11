"""
moto's DynamoDB as it hears and answers, and quicker.

moto parses the same few expressions over and over, copies a parsed one node by node, and writes an
answer member by member as the service's description has it; ours are JSON already.
"""

from __future__ import annotations

import pickle
from functools import cache
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.parsing import ast_nodes, expressions, validators
from moto.dynamodb.responses import DynamoHandler

JSON = "application/x-amz-json-1.0"

_parser: Any = vars(expressions)["UpdateExpressionParser"]
_parsed: Any = _parser.make
_node: Any = vars(ast_nodes)["Node"]
_traverser: Any = vars(ast_nodes)["DepthFirstTraverser"]
_nodes_of: Any = _traverser.nodes_to_be_processed
_serialized: Any = DynamoHandler.serialized
_kept_nodes: dict[type, Any] = {}


def quicken_expressions() -> None:
    """Let moto parse an expression once, and answer what it has."""
    changes: list[tuple[Any, str, Any]] = [
        (_parser, "make", lambda text: pickle.loads(_parse(text))),
        (_traverser, "nodes_to_be_processed", _nodes),
        (_traverser, "traverse_node_recursively", _traverse),
        (DynamoHandler, "serialized", _as_json),
        (validators, "deepcopy", lambda each: pickle.loads(pickle.dumps(each))),
    ]
    for owner, name, quicker in changes:
        setattr(owner, name, quicker)


@cache
def _parse(text: str) -> bytes:
    return pickle.dumps(_parsed(text))


def _nodes(traverser: Any) -> Any:
    kind = type(traverser)
    if kind not in _kept_nodes:
        _kept_nodes[kind] = _nodes_of(traverser)
    return _kept_nodes[kind]


def _traverse(traverser: Any, node: Any, child_id: int = -1) -> Any:
    """Walk as moto does; which kinds of nodes there are is found out once."""
    kind: Any = type(node)
    if not _is_any(kind, (_node,)):
        return node
    parent = node.parent
    for number, child in enumerate(node.children or ()):
        traverser.pre_processing_of_child(node, number)
        _traverse(traverser, child, number)
    if _is_any(kind, _nodes(traverser)):
        node = traverser.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


@cache
def _is_any(kind: Any, kinds: Any) -> bool:
    return issubclass(kind, kinds)


def _as_json(handler: DynamoHandler, answer: ActionResult) -> Any:
    """Errors are written as before: which members they have depends on their kind."""
    if isinstance(answer.result, Exception):
        return _serialized(handler, answer)
    headers = {"Content-Type": JSON, **handler.response_headers}
    return 200, headers, dynamo_json_dump(answer.result)
