"""Where a request comes from, as far as tries are counted by it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from chalice.app import Request

A_SITE = 64  # bits of an IPv6 address: what one subscriber has


def address_of(request: Request) -> str:
    """Return where *request* comes from, as API Gateway saw it; no header is believed."""
    identity = request.context.get("identity") or {}
    return str(identity.get("sourceIp", "unknown"))


def place_of(address: str) -> str:
    """
    Return what an address counts as: of IPv6, what its subscriber has.

    >>> place_of("203.0.113.7"), place_of("2001:db8:1:2:a:b:c:d"), place_of("::ffff:203.0.113.7")
    ('203.0.113.7', '2001:db8:1:2::/64', '203.0.113.7')
    >>> place_of("unknown")
    'unknown'
    """
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    return str(ip_network((read, A_SITE), strict=False))
