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
_ABOUT_CALLS: Any = (vars(validators)["UpdateExpressionFunctionEvaluator"],)
_sound: set[Any] = set()
_kind: Any = type  # mypy holds no class to be hashable


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
    idle = (_ABOUT_TEXT if text in _sound else ()) + (() if "(" in node.text else _ABOUT_CALLS)
    for each in validator.processors:
        if not isinstance(each, idle):
            node = each.traverse(node)
    _sound.add(text)
    return node


def _traverse(traverser: Any, node: Any, child_id: int = -1) -> Any:
    """Walk as moto does; which kinds of nodes there are is found out once."""
    prepares = _kind(traverser).pre_processing_of_child is not _traverser.pre_processing_of_child
    return _walk(traverser, node, child_id, prepares) if _is_node(_kind(node)) else node


def _walk(traverser: Any, node: Any, child_id: int, prepares: bool) -> Any:  # noqa: FBT001
    parent = node.parent
    for number, child in enumerate(node.children or ()):
        if prepares:
            traverser.pre_processing_of_child(node, number)
        if _is_node(_kind(child)):
            _walk(traverser, child, number, prepares)
    if _is_processed(_kind(traverser), _kind(node)):
        node = traverser.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


@cache
def _is_node(kind: Any) -> bool:
    return issubclass(kind, _node)


@cache
def _is_processed(traverser: Any, kind: Any) -> bool:
    """Whether a kind of traverser does something to a kind of node."""
    return issubclass(kind, _nodes_of(object.__new__(traverser)))


def _as_json(handler: DynamoHandler, answer: ActionResult) -> Any:
    """Errors are written as before: which members they have depends on their kind."""
    if isinstance(answer.result, Exception):
        return _serialized(handler, answer)
    headers = {"Content-Type": JSON, **handler.response_headers}
    return 200, headers, dynamo_json_dump(answer.result)
