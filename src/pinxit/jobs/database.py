"""Connections to the queue's database, on none of which anything waits for ever.

A database may refuse connections, or take them and say nothing: a stopped server, a machine without power, an SQLite file
that another program has locked. Every statement has a deadline here; who may wait longer than that is decided by `Patience`.
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

# SQLite itself waits so long for a lock before it is asked again; a stop is noticed in between.
_MILLISECONDS_BUSY = 100
_SECONDS_BETWEEN_TRIES = 0.5
# How long opening a connection may take: psycopg takes no less than 2.
_SECONDS_TO_CONNECT = 3
_POSTGRES = ("postgresql://", "postgres://")


class Leaving(SystemExit):
    """The server stops: the run stays what it is, to be taken up again.

    DBOS records errors, and this is none; threads that it ends say nothing.
    """


class Late(Exception):
    """An SQLite file was locked for longer than it was to be waited for."""


class Patience:
    """How long connections wait for a database that does not answer.

    Args:
        statement: seconds that a statement may take.
        connecting: seconds for which connecting is tried again; 0 fails at once, None tries till `stop`.
    """

    def __init__(self, statement: float, connecting: float | None = 0.0) -> None:
        self.statement, self.connecting = statement, connecting
        self._stopped = threading.Event()
        self._closed = False

    def stop(self) -> None:
        """Wait for nothing any more; what the database does answer goes on."""
        self._stopped.set()

    def close(self) -> None:
        """End whoever still asks."""
        self._stopped.set()
        self._closed = True

    def check(self) -> None:
        """Raise Leaving when nobody is to ask any more."""
        if self._closed:
            raise Leaving

    def connect(self, connection: Callable[[], T]) -> T:
        """Open a connection, again and again as far as patience goes.

        Raises:
            Leaving: when the server stops; psycopg.OperationalError when patience has ended.
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
        """Do something to an SQLite file, again and again while another program has locked it.

        Raises:
            Leaving: when the server stops; Late when patience has ended.
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
    """A connection that is given up when a statement takes too long: nobody knows then how far the server came."""

    patience = Patience(10.0)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """See psycopg; with a deadline."""
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
    """Whether an address is one of PostgreSQL."""
    return not isinstance(database, Path) and database.startswith(_POSTGRES)


def url_of(database: str | Path) -> sa.URL:
    """An address as SQLAlchemy takes it."""
    if isinstance(database, Path):
        return sa.URL.create("sqlite", database=str(database.absolute()))
    return sa.make_url(database).set(drivername="postgresql+psycopg")


def engine(database: str | Path, patience: Patience, connections: int, *, ask_first: bool = False) -> sa.Engine:
    """An engine for DBOS whose connections have that patience.

    Args:
        database: an address `postgresql://…`, or the path of an SQLite file.
        patience: see there.
        connections: so many at most.
        ask_first: see whether a connection is still good before it is used, which takes as long again as a statement where
            the database does not answer.
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
        # As DBOS has them: a session that was frozen within a transaction does not keep its locks for ever.
        connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        connection.commit()
        return connection

    @sa.event.listens_for(made, "checkout")
    def check(*_: Any) -> None:
        patience.check()

    return made


def check_postgres(database: str, seconds: float) -> None:
    """See that a PostgreSQL answers, and make the database where the server has none of that name.

    Raises:
        PinxitError: when it does not answer within some seconds, or refuses.
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
    given: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_timeout": _SECONDS_TO_CONNECT}
    connection = _Postgres.connect(address, autocommit=True, **given)
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
    # As DBOS has them: writers come one after the other, and rows that point at others are checked.
    connection.isolation_level = "IMMEDIATE"
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
