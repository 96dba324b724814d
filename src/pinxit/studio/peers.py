"""Whose program is at the other end of a connection within this machine.

Loopback keeps other machines out, not other accounts of this one. Linux says which account holds each end of a connection
(sock_diag(7)); elsewhere nobody is known, and everybody shows the token.
"""

from __future__ import annotations

import os
import socket
import struct
import sys

_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _REQUEST = 4, 20, 1
_ANY_STATE, _NO_COOKIE = 0xFFFFFFFF, b"\xff" * 8
# nlmsghdr; inet_diag_req_v2 before its addresses; the last two fields of inet_diag_msg, uid and inode.
_HEADER, _WHAT, _WHO = struct.Struct("=IHHII"), struct.Struct("=BBBBI"), struct.Struct("=II")
_WHO_AT = _HEADER.size + 64
_SECONDS = 1.0


def is_own(client: tuple[str, int], server: tuple[str, int]) -> bool:
    """Return whether a program of this very account holds the client's end of a connection.

    Args:
        client: address and port where the connection comes from.
        server: address and port where it arrived.
    """
    family = socket.AF_INET6 if ":" in client[0] else socket.AF_INET
    addresses = (socket.inet_pton(family, place[0]).ljust(16, b"\0") for place in (client, server))
    ask = (
        _WHAT.pack(family, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
        + struct.pack("!HH", client[1], server[1])
        + b"".join(addresses)
        + b"\0" * 4
        + _NO_COOKIE
    )
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as kernel:
            kernel.settimeout(_SECONDS)
            kernel.send(_HEADER.pack(_HEADER.size + len(ask), _SOCK_DIAG_BY_FAMILY, _REQUEST, 1, 0) + ask)
            answer = kernel.recv(4096)
    except OSError:
        return False
    # Anything else says that there is no such connection.
    if _HEADER.unpack_from(answer)[1] != _SOCK_DIAG_BY_FAMILY:
        return False
    uid, inode = _WHO.unpack_from(answer, _WHO_AT)
    # An end that its program has closed belongs to nobody, and may be shown as root's.
    return bool(inode != 0 and uid == os.geteuid())


def are_known() -> bool:
    """Return whether the system tells whose a connection is: one is made, to see."""
    if sys.platform != "linux":
        return False
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as line:
        return is_own(line.getsockname(), line.getpeername())
