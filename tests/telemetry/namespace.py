"""Run a command where all that it sends beyond this machine and writes outside its folder is recorded (Linux).

The command runs in network and mount namespaces of its own. Its only interface is the loopback, to which every address in the
world is routed, so that nothing leaves and nothing is refused for want of a route; its only name server is the one below. Empty
file systems lie over the folders that any program may write to.
"""

from __future__ import annotations

import ipaddress
import json
import os
import pwd
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

# The address of every name (RFC 5737: for documentation), so that a program which looked one up goes on to connect.
ANYWHERE = "192.0.2.1"
# s. This file runs by itself within the namespaces, where the tests' package is out of reach.
_PATIENCE = 300.0
# An address of this machine to which the recorder itself sends a last packet.
_LAST = "127.255.255.254"
_CHECKOUT = Path(__file__).resolve().parents[2]
_SOL_PACKET, _PACKET_STATISTICS, _ETH_P_ALL, _ETH_P_IP = 263, 6, 3, 0x0800


@dataclass
class Left:
    """What left a command.

    Attributes:
        names: it looked up.
        addresses: it sent packets to, those of this machine left out.
        files: it wrote to the system's temporary folders and the account's real home.
        missed: packets that came too fast to be seen; 0, or the record is no proof.
        code: its exit status.
    """

    names: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    missed: int = 0
    code: int = 0


def why_not() -> str:
    """Return why no namespace can be had here, empty where one can."""
    if sys.platform != "linux":
        return "namespaces are Linux's"
    for program in ("unshare", "ip", "mount"):
        if shutil.which(program) is None:
            return f"there is no {program}: apt-get install util-linux iproute2"
    tried = subprocess.run(["unshare", "-rnm", "mount", "-t", "tmpfs", "none", "/tmp"], capture_output=True, text=True)  # noqa: S108
    return tried.stderr.strip()


def record(command: Sequence[str | Path], folder: Path, environment: dict[str, str], seconds: float = 900) -> Left:
    """Run a command in namespaces of its own.

    Args:
        command: the program and its arguments.
        folder: where it runs, and where it may write.
        environment: all of its environment.
        seconds: how long it may take.
    """
    with tempfile.TemporaryFile() as report:
        os.set_inheritable(report.fileno(), True)
        outer = ["unshare", "-rnm", "--", sys.executable, "-I", __file__, str(report.fileno()), folder, *command]
        subprocess.run(outer, cwd=folder, env=environment, check=True, timeout=seconds, pass_fds=[report.fileno()])
        report.seek(0)
        return Left(**json.loads(report.read()))


def main(report: str, folder: str, *command: str) -> None:
    """Run a command within the namespaces, and write the report to a file descriptor."""
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "route", "add", "local", "default", "dev", "lo")
    subprocess.run(
        ["ip", "-6", "route", "add", "local", "default", "dev", "lo"], capture_output=True
    )  # if there is IPv6
    _ask_the_own_name_server(Path(folder))
    covered = _cover([Path(folder), _CHECKOUT, Path(sys.prefix), Path(sys.base_prefix)])
    left = Left()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("0.0.0.0", 53))  # noqa: S104 - whichever name server is asked, this one answers
    threading.Thread(target=_answer_lookups, args=[server, left], daemon=True).start()
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 26)
    packets.bind(("lo", 0))
    all_noted = threading.Event()
    threading.Thread(target=_note_addresses, args=[packets, left, all_noted], daemon=True).start()
    left.code = subprocess.run(command, cwd=folder).returncode
    with socket.socket(type=socket.SOCK_DGRAM) as last:
        last.sendto(b"", (_LAST, 9))
    if not all_noted.wait(_PATIENCE):
        raise TimeoutError("not all packets were read")
    left.missed = struct.unpack("II", packets.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1]
    left.names, left.addresses = sorted({*left.names}), sorted({*left.addresses})
    left.files = [str(Path(root) / name) for top in covered for root, _, names in _walk(top) for name in names]
    os.write(int(report), json.dumps(left.__dict__).encode())


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def _ask_the_own_name_server(folder: Path) -> None:
    for name, text in {"resolv.conf": "nameserver 127.0.0.1\n", "nsswitch.conf": "hosts: files dns\n"}.items():
        theirs = Path("/etc") / name
        if theirs.exists():
            own = folder / f".{name}"
            own.write_text(text)
            _run("mount", "--bind", own, theirs.resolve())
            own.unlink()


def _cover(kept: Sequence[Path]) -> list[Path]:
    """Lay empty file systems over the folders that anybody may write to, and the account's home, but for the folders kept."""
    tops = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path(pwd.getpwuid(os.getuid()).pw_dir)]  # noqa: S108
    covered = [top for top in tops if top.is_dir() and top != Path("/")]
    held = {path.resolve(): os.open(path, os.O_PATH) for path in kept}
    for top in covered:
        _run("mount", "-t", "tmpfs", "none", top)
        for path, handle in held.items():
            if path.is_relative_to(top.resolve()):
                path.mkdir(parents=True, exist_ok=True)
                subprocess.run(
                    ["mount", "-c", "--bind", f"/proc/self/fd/{handle}", path], check=True, pass_fds=[handle]
                )
    return covered


def _walk(top: Path) -> list[tuple[str, list[str], list[str]]]:
    """Return what lies under a folder, without what is mounted there."""
    found = []
    for root, folders, names in os.walk(top):
        folders[:] = [name for name in folders if not os.path.ismount(Path(root) / name)]
        found.append((root, folders, names))
    return found


def _answer_lookups(server: socket.socket, left: Left) -> None:
    """Note each name, and give its address as `ANYWHERE` (RFC 1035, 4.1)."""
    while True:
        query, asker = server.recvfrom(4096)
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
            at += 1 + length
        left.names.append(".".join(labels))
        question = query[12 : at + 5]
        is_ipv4 = question[-4:-2] == b"\x00\x01"
        header = query[:2] + struct.pack(">HHHHH", 0x8180, 1, int(is_ipv4), 0, 0)
        answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(ANYWHERE)
        server.sendto(header + question + (answer if is_ipv4 else b""), asker)


def _note_addresses(packets: socket.socket, left: Left, all_noted: threading.Event) -> None:
    """Note where packets go, and when the recorder's last one has come."""
    while True:
        packet, (_, protocol, *_) = packets.recvfrom(64)
        wanted = packet[16:20] if protocol == _ETH_P_IP else packet[24:40]
        if len(wanted) in (4, 16):
            address = ipaddress.ip_address(wanted)
            if str(address) == _LAST:
                all_noted.set()
            if not (address.is_loopback or address.is_multicast):
                left.addresses.append(str(address))


if __name__ == "__main__":
    main(*sys.argv[1:])
