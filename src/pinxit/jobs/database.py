"""Connections to the queue's database that never wait for ever.

A database may refuse connections, or accept them and be silent: a stopped server, a machine without power, an SQLite file that
another program has locked. Every statement has a deadline here. `Patience` decides how long each connection waits.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import sql

from pinxit.errors import PinxitError

T = TypeVar("T")

# ms: SQLite waits this long for a lock before it is asked again; a stop is noticed in between.
_MILLISECONDS_BUSY = 100
_SECONDS_BETWEEN_TRIES = 0.5
# s: for opening a connection; psycopg rounds values below 2 up.
_SECONDS_TO_CONNECT = 3
_POSTGRES = ("postgresql://", "postgres://")


class Leaving(SystemExit):
    """Ends a thread when the server stops: its run stays as it is, and the next start continues it.

    DBOS would record an error as the run's end. A `SystemExit` is not one, and ends a thread without a message.
    """


class Late(Exception):
    """An SQLite file that stayed locked for longer than the patience."""


class Patience:
    """How long connections wait for a database that does not answer.

    Args:
        statement: how long a statement may take, s.
        connecting: how long connecting is tried again, s; 0 fails at once, None tries until `stop`.
    """

    def __init__(self, statement: float, connecting: float | None = 0.0) -> None:
        self.statement, self.connecting = statement, connecting
        self._stopped = threading.Event()
        self._closed = False

    def stop(self) -> None:
        """Wait no longer for a database that does not answer; statements that it answers go on."""
        self._stopped.set()

    def close(self) -> None:
        """End the threads that still ask."""
        self._stopped.set()
        self._closed = True

    def check(self) -> None:
        """Raise Leaving after `close`."""
        if self._closed:
            raise Leaving

    def connect(self, connection: Callable[[], T]) -> T:
        """Open a connection, trying again while patience lasts.

        Raises:
            Leaving: when the server stops.
            psycopg.OperationalError: when patience has ended.
        """
        deadline = None if self.connecting is None else time.monotonic() + self.connecting
        while True:
            self.check()
            try:
                return connection()
            except psycopg.OperationalError:
                if self._stopped.is_set():
                    raise Leaving from None
                if deadline is not None and time.monotonic() >= deadline:
                    raise
                self._stopped.wait(_SECONDS_BETWEEN_TRIES)

    def unlocked(self, statement: Callable[[], T]) -> T:
        """Run a statement on an SQLite file, trying again while another program has locked it.

        Raises:
            Leaving: when the server stops.
            Late: when patience has ended.
        """
        deadline = None if self.connecting is None else time.monotonic() + self.statement
        while True:
            try:
                return statement()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                if self._stopped.is_set():
                    raise Leaving from None
                if deadline is not None and time.monotonic() >= deadline:
                    raise Late("another program has locked the file") from error


class _Postgres(psycopg.Connection[Any]):
    """A connection that is closed when a statement takes too long: its state is unknown then."""

    patience = Patience(10.0)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait as psycopg does, with a deadline."""
        try:
            return super().wait(gen, interval, min(self.patience.statement, timeout or float("inf")))
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


class _SqliteCursor(sqlite3.Cursor):
    connection: _Sqlite

    def execute(self, *arguments: Any) -> Any:
        return self.connection.patience.unlocked(lambda: super(_SqliteCursor, self).execute(*arguments))

    def executemany(self, *arguments: Any) -> Any:
        return self.connection.patience.unlocked(lambda: super(_SqliteCursor, self).executemany(*arguments))


class _Sqlite(sqlite3.Connection):
    patience: Patience

    def cursor(self, factory: Any = _SqliteCursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        self.patience.unlocked(super().commit)


def is_postgres(database: str | Path) -> bool:
    """Whether a database is given as an address of PostgreSQL."""
    return not isinstance(database, Path) and database.startswith(_POSTGRES)


def url_of(database: str | Path) -> sa.URL:
    """Return the address of a database for SQLAlchemy."""
    if isinstance(database, Path):
        return sa.URL.create("sqlite", database=str(database.absolute()))
    return sa.make_url(database).set(drivername="postgresql+psycopg")


def engine(database: str | Path, patience: Patience, connections: int, *, ask_first: bool = False) -> sa.Engine:
    """Return an SQLAlchemy engine for DBOS.

    Args:
        database: an address `postgresql://…`, or the path of an SQLite file.
        patience: of its connections.
        connections: most open connections.
        ask_first: test a connection before it is used, which doubles the wait where the database does not answer.
    """
    made = sa.create_engine(
        url_of(database),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience.statement,
        pool_pre_ping=ask_first,
    )

    @sa.event.listens_for(made, "do_connect")
    def connect(dialect: Any, record: Any, positional: Any, named: dict[str, Any]) -> Any:
        if isinstance(database, Path):
            return _sqlite(database, patience)
        named.setdefault("connect_timeout", _SECONDS_TO_CONNECT)
        connection = patience.connect(lambda: _Postgres.connect(*positional, **named))
        connection.patience = patience
        # As in DBOS: a session that is frozen within a transaction must not keep its locks for ever.
        connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        connection.commit()
        return connection

    @sa.event.listens_for(made, "checkout")
    def check(*_: Any) -> None:
        patience.check()

    return made


def check_postgres(database: str, seconds: float) -> None:
    """Check that a PostgreSQL server answers, and create the database if it does not exist.

    Args:
        database: an address `postgresql://…`.
        seconds: how long each statement may take, s.

    Raises:
        PinxitError: when the address is not valid.
        psycopg.OperationalError: when the server does not answer, or refuses.
    """
    try:
        url = url_of(database)
    except sa.exc.ArgumentError as error:
        raise PinxitError("a database is given as postgresql://USER@HOST/NAME.") from error
    if not url.database:
        raise PinxitError("the address of the database has no name at its end: postgresql://USER@HOST/NAME.")
    try:
        _ask(url, seconds, sql.SQL("SELECT 1"))
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error) or "database" not in str(error):
            raise
        _ask(url.set(database="postgres"), seconds, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(url.database)))


def _ask(url: sa.URL, seconds: float, statement: sql.SQL | sql.Composed) -> None:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    options: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_timeout": _SECONDS_TO_CONNECT}
    connection = _Postgres.connect(address, autocommit=True, **options)
    connection.patience = Patience(seconds)
    try:
        connection.execute(statement)
    finally:
        connection.close()


def _sqlite(path: Path, patience: Patience) -> _Sqlite:
    connection = sqlite3.connect(
        path.absolute(), timeout=_MILLISECONDS_BUSY / 1000, check_same_thread=False, factory=_Sqlite
    )
    connection.patience = patience
    # As in DBOS: one writer at a time, and checked foreign keys.
    connection.isolation_level = "IMMEDIATE"
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
