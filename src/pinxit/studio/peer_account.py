"""The account whose program holds the other end of a connection within this machine.

Loopback keeps other machines out, but not other accounts of this one. Linux says which account holds each end of a
connection (sock_diag(7)). Other systems do not, so there every client must present the token.
"""

from __future__ import annotations

import os
import socket
import struct
import sys

_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _REQUEST = 4, 20, 1
_ANY_STATE, _NO_COOKIE = 0xFFFFFFFF, b"\xff" * 8
# Three structs: nlmsghdr; inet_diag_req_v2 before its addresses; uid and inode, the last two fields of inet_diag_msg.
_HEADER, _QUERY, _OWNER = struct.Struct("=IHHII"), struct.Struct("=BBBBI"), struct.Struct("=II")
# bytes: where uid and inode begin in the reply.
_OWNER_OFFSET = _HEADER.size + 64
# s: how long to wait for the kernel's reply.
_TIMEOUT = 1.0


def is_own_account(client: tuple[str, int], server: tuple[str, int]) -> bool:
    """Return whether a program of this very account holds the client's end of a connection.

    Args:
        client: address and port where the connection comes from.
        server: address and port where it arrived.
    """
    family = socket.AF_INET6 if ":" in client[0] else socket.AF_INET
    addresses = (socket.inet_pton(family, end[0]).ljust(16, b"\0") for end in (client, server))
    query = (
        _QUERY.pack(family, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
        + struct.pack("!HH", client[1], server[1])
        + b"".join(addresses)
        + b"\0" * 4
        + _NO_COOKIE
    )
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as kernel:
            kernel.settimeout(_TIMEOUT)
            kernel.send(_HEADER.pack(_HEADER.size + len(query), _SOCK_DIAG_BY_FAMILY, _REQUEST, 1, 0) + query)
            reply = kernel.recv(4096)
    except OSError:
        return False
    # A reply of any other type means that there is no such connection.
    if _HEADER.unpack_from(reply)[1] != _SOCK_DIAG_BY_FAMILY:
        return False
    uid, inode = _OWNER.unpack_from(reply, _OWNER_OFFSET)
    # An end that its program has closed has no inode and may be reported as root's.
    return bool(inode != 0 and uid == os.geteuid())


def can_identify_accounts() -> bool:
    """Return whether this system says which account holds a connection; makes one to find out."""
    if sys.platform != "linux":
        return False
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as line:
        return is_own_account(line.getsockname(), line.getpeername())
