"""Addresses that only programs on this machine can reach."""

from __future__ import annotations

import ipaddress


def is_loopback_address(text: str) -> bool:
    """Return whether a text is an IP address of the loopback interface; a name never is."""
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False
