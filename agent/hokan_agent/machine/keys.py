"""An agent's private key: as text for its file, or in the keyring of the desktop's user."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hokan_agent.errors import NoKeyring, NotEnrolled

SERVICE = "hokan-agent"  # what the keyring's own program lists it under

T = TypeVar("T")


def as_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def of_pem(pem: bytes, where: str) -> Ed25519PrivateKey:
    """Return the key that lies at *where*; raises NotEnrolled when it is none."""
    try:
        key = load_pem_private_key(pem, password=None)
    except ValueError:
        raise NotEnrolled(f"{where} is damaged; enrol again") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NotEnrolled(f"{where} is no Ed25519 key; enrol again")
    return key


def put_into_keyring(account: str, key: Ed25519PrivateKey) -> None:
    """Put a key into the keyring; raises NoKeyring."""
    keyring = _library()
    _tried(lambda: keyring.set_password(SERVICE, account, as_pem(key).decode()))


def from_keyring(account: str) -> Ed25519PrivateKey:
    """Return a key from the keyring; raises NoKeyring, and NotEnrolled when it is not there."""
    keyring = _library()
    pem = _tried(lambda: keyring.get_password(SERVICE, account))
    if pem is None:
        raise NotEnrolled(
            "the keyring has this agent's key no more; have the agent revoked, and enrol again"
        )
    return of_pem(pem.encode(), "the key in the keyring")


def _library() -> ModuleType:
    try:
        import keyring
    except ImportError:
        raise NoKeyring(
            "the package keyring is not installed; pipx inject hokan-agent keyring"
        ) from None
    return keyring


def _tried(work: Callable[[], T]) -> T:
    """Return what *work* does with the keyring; raises NoKeyring with the cure."""
    from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

    try:
        return work()
    except KeyringLocked:
        raise NoKeyring(
            "the keyring is locked; unlock it: log in at this machine's desktop"
        ) from None
    except NoKeyringError:
        raise NoKeyring(
            "there is no keyring in this session; log in at this machine's desktop, "
            "or enrol without --keyring"
        ) from None
    except KeyringError as error:
        said = f"the keyring does not work ({type(error).__name__})"
        raise NoKeyring(f"{said}; try it with: keyring get x x") from None
