"""
botocore and moto as they are, and quicker where a test makes them do a thing over and over.

botocore reads and parses the descriptions of services anew for each session, and each test has
sessions of its own.  moto finds out anew for each request what may be asked at which address and
by which method, and for each world what regions there are.  None of that changes meanwhile.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session
from botocore.useragent import UserAgentString
from joserfc.jwk import RSAKey
from moto import backend_index
from moto.core import responses
from moto.core.base_backend import AccountSpecificBackend, BaseBackend
from moto.core.models import MockAWS, botocore_stubber
from moto.sqs import models as sqs_models

from tests.support.quick_calls import quicken_calls
from tests.support.quick_expressions import quicken_expressions
from tests.support.quick_rows import quicken_rows

OURS = {"dynamodb", "s3", "sqs"}  # whose addresses are looked at first

_aliased: Any = EventAliaser._alias_event_name
_register: Any = Session._register_builtin_handlers
_create_client = Session.create_client
_load_file = JSONFileLoader.load_file
_services: Any = Loader.list_available_services
_urls: Any = BaseBackend.urls
_regions: Any = AccountSpecificBackend._generate_regions
_import_key: Any = RSAKey.import_key
_methods: Any = vars(responses)["method_names_from_class"]
_underscored: Any = vars(responses)["camelcase_to_underscores"]
_kept: dict[Any, Any] = {}

T = TypeVar("T")


def quicken() -> None:
    """Let this process look up once what does not change."""
    changes: list[tuple[Any, str, Any]] = [
        (JSONFileLoader, "load_file", _load_file_once),
        (Loader, "list_available_services", _services_once),
        (EventAliaser, "_alias_event_name", _alias_once),
        (Session, "_register_builtin_handlers", _register_once),
        (Session, "create_client", _client_once),
        (UserAgentString, "to_string", lambda _: "botocore"),  # of ten parts for each request
        (BaseBackend, "urls", property(_urls_once)),
        (AccountSpecificBackend, "_generate_regions", _regions_once),
        (responses, "method_names_from_class", cache(_methods)),
        (responses, "camelcase_to_underscores", cache(_underscored)),
        (sqs_models, "camelcase_to_underscores", cache(_underscored)),
        (RSAKey, "import_key", staticmethod(_import_key_once)),
        (MockAWS, "_enable_patching", _play_for_botocore),
    ]
    for owner, name, quicker in changes:
        setattr(owner, name, quicker)
    backend_index.backend_url_patterns.sort(key=lambda each: each[0] not in OURS)
    quicken_calls()
    quicken_rows()
    quicken_expressions()


def _once(key: Any, make: Callable[[], T]) -> T:
    if key not in _kept:
        _kept[key] = make()
    found: T = _kept[key]
    return found


def _load_file_once(loader: JSONFileLoader, path: str) -> Any:
    return _once(("file", path), lambda: _load_file(loader, path))


def _services_once(loader: Loader, type_name: str) -> Any:
    key = ("services", type_name, *loader.search_paths)
    return _once(key, lambda: _services(loader, type_name))


def _alias_once(aliaser: EventAliaser, event_name: str) -> Any:
    return _once(("event", event_name), lambda: _aliased(aliaser, event_name))


def _register_once(session: Session, events: EventAliaser) -> None:
    """Let a session begin with what the first one registered, 130 handlers each looked into."""

    def make() -> Any:
        _register(session, events)
        return copy.copy(session._original_handler)

    first = copy.copy(_once("handlers", make))
    vars(session._original_handler).update(vars(first))


def _client_once(
    session: Session, service_name: str, region_name: str | None = None, **asked: Any
) -> Any:
    """Return a client of moto's once made; PynamoDB adds to its clients, and so keeps its own."""

    def make() -> Any:
        return _create_client(session, service_name, region_name, **asked)

    if service_name == "dynamodb" or not botocore_stubber.enabled:
        return make()
    config = getattr(asked.get("config"), "_user_provided_options", {})
    options = repr(sorted((asked | config | {"config": ""}).items()))
    environment = sorted(each for each in os.environ.items() if each[0].startswith("AWS_"))
    kind = (session.user_agent_name, service_name, region_name, options)
    return _once(("client", kind, *environment), make)


def _urls_once(backend: BaseBackend) -> Any:
    return _once(("urls", type(backend)), lambda: _urls.fget(backend))


def _regions_once(backend: AccountSpecificBackend[Any], service_name: str) -> Any:
    return _once(("regions", service_name), lambda: _regions(backend, service_name))


def _import_key_once(value: Any, **named: Any) -> Any:
    """Return the one key of all of moto's user pools; to check it takes 0.1 s a pool."""
    return _once(("key", repr(value), repr(named)), lambda: _import_key(value, **named))


def _play_for_botocore(mock: MockAWS, reset: bool = True) -> None:  # noqa: FBT001, FBT002 - moto's
    """Nothing here asks AWS through requests, for which moto makes 1,300 rules a world."""
    botocore_stubber.enabled = True
    if reset:
        mock.reset()
