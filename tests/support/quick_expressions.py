"""
moto's DynamoDB as it hears and answers, and quicker.

moto parses the same few expressions over and over, copies a parsed one node by node, asks of each
anew what its text alone decides, and writes an answer member by member as the service's description
has it; ours are JSON already.
"""

from __future__ import annotations

import pickle
from collections import deque
from functools import cache
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb import comparisons
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.parsing import ast_nodes, expressions, validators
from moto.dynamodb.responses import DynamoHandler

JSON = "application/x-amz-json-1.0"

_parser: Any = vars(expressions)["UpdateExpressionParser"]
_parsed: Any = _parser.make
_conditions: Any = vars(comparisons)["ConditionExpressionParser"]
_lexed: Any = _conditions._lex_condition_expression
_node: Any = vars(ast_nodes)["Node"]
_traverser: Any = vars(ast_nodes)["DepthFirstTraverser"]
_nodes_of: Any = _traverser.nodes_to_be_processed
_validator: Any = vars(validators)["UpdateExpressionValidator"]
_serialized: Any = DynamoHandler.serialized

# They look at an expression's text and names, and at its table's keys: at no row and no value.
_ABOUT_TEXT: Any = tuple(
    vars(validators)[name]
    for name in ("ActionCountValidator", "OverlappingPathsValidator", "UpdateHashRangeKeyValidator")
)
_sound: set[Any] = set()
_processed: dict[tuple[type, type], bool] = {}  # by kinds of traverser and node


def quicken_expressions() -> None:
    """Let moto parse an expression once, and answer what it has."""
    changes: list[tuple[Any, str, Any]] = [
        (_parser, "make", _parse),
        (
            _conditions,
            "_lex_condition_expression",
            lambda each: deque(_lex(each.condition_expression)),
        ),
        (_traverser, "traverse_node_recursively", _traverse),
        (_validator, "validate", _validate),
        (DynamoHandler, "serialized", _as_json),
        (validators, "deepcopy", _copy),
    ]
    for owner, name, quicker in changes:
        setattr(owner, name, quicker)


@cache
def _parse(text: str) -> Any:
    """Return an expression as it is read; what is done with it is done to a copy."""
    node = _parsed(text)
    node.text = text
    node.pickled = pickle.dumps(node)
    return node


def _copy(each: Any) -> Any:
    return pickle.loads(vars(each).get("pickled") or pickle.dumps(each))


@cache
def _lex(text: str) -> tuple[Any, ...]:
    return tuple(_lexed(_conditions(text, None, None)))


def _validate(validator: Any) -> Any:
    """Hold an expression against its row; a text that was sound once is not asked again."""
    node, names = validator.node_to_validate, validator.expression_attribute_names or {}
    text = (node.text, tuple(sorted(names.items())), tuple(validator.table.table_key_attrs))
    for each in validator.processors:
        if text not in _sound or not isinstance(each, _ABOUT_TEXT):
            node = each.traverse(node)
    _sound.add(text)
    return node


def _traverse(traverser: Any, node: Any, child_id: int = -1) -> Any:
    """Walk as moto does; which kinds of nodes there are is found out once."""
    kind: Any = type(node)
    if not _is_node(kind):
        return node
    parent = node.parent
    for number, child in enumerate(node.children or ()):
        traverser.pre_processing_of_child(node, number)
        _traverse(traverser, child, number)
    pair = (type(traverser), kind)
    if pair not in _processed:
        _processed[pair] = issubclass(kind, _nodes_of(traverser))
    if _processed[pair]:
        node = traverser.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


@cache
def _is_node(kind: Any) -> bool:
    return issubclass(kind, _node)


def _as_json(handler: DynamoHandler, answer: ActionResult) -> Any:
    """Errors are written as before: which members they have depends on their kind."""
    if isinstance(answer.result, Exception):
        return _serialized(handler, answer)
    headers = {"Content-Type": JSON, **handler.response_headers}
    return 200, headers, dynamo_json_dump(answer.result)
