"""Read and upgrade what earlier versions of pinxit left in a queue's database."""

from __future__ import annotations

import sqlalchemy as sa

# Version 0.1.0 gave every home this application version, which DBOS allows only once in a database.
_FIRST_VERSION = "1"
# This many ids suffice to recognise a queue.
_MOST_IDS = 1000


def names(engine: sa.Engine, jobs: set[str] | None) -> list[str]:
    """Return the names of the applications that have jobs in a database.

    Args:
        engine: the database.
        jobs: only applications that have one of the jobs with these ids; all where None.
    """
    with engine.connect() as connection:
        table = _table(connection)
        if table is None:
            return []
        query = sa.select(table.c.application_name).distinct().where(table.c.application_name.like("pinxit-%"))
        if jobs is not None:
            ids = sorted(jobs)[:_MOST_IDS]
            with_suffix = table.c.application_name.concat
            # `HOME.JOB.1`, where the application is called `pinxit-HOME`.
            qualified = [sa.func.substr(with_suffix("." + id + ".1"), len("pinxit-") + 1) for id in ids]
            query = query.where(table.c.workflow_uuid.in_([*(f"{id}.1" for id in ids), *qualified]))
        return list(connection.execute(query).scalars())


def take_over(engine: sa.Engine, application: str, version: str) -> None:
    """Give the jobs that version 0.1.0 put today's application version.

    Args:
        engine: the database.
        application: the name of the application.
        version: today's version.
    """
    with engine.begin() as connection:
        table = _table(connection)
        if table is not None:
            own = (table.c.application_name == application) & (table.c.application_version == _FIRST_VERSION)
            connection.execute(sa.update(table).where(own).values(application_version=version))


def runs(engine: sa.Engine) -> list[tuple[str, str | None]]:
    """Return the names of all runs and of their applications, in the order in which they were accepted."""
    with engine.connect() as connection:
        table = _table(connection)
        if table is None:
            return []
        query = sa.select(table.c.workflow_uuid, table.c.application_name).where(table.c.name == "job")
        return [(name, application) for name, application in connection.execute(query.order_by(table.c.created_at))]


def _table(connection: sa.Connection) -> sa.Table | None:
    """Return the columns of DBOS's table of workflows that are used here; None before DBOS has made it."""
    schema = "dbos" if connection.dialect.name == "postgresql" else None
    if not sa.inspect(connection).has_table("workflow_status", schema=schema):
        return None
    columns = ("workflow_uuid", "name", "application_name", "application_version", "created_at")
    return sa.Table("workflow_status", sa.MetaData(schema=schema), *(sa.Column(name, sa.String) for name in columns))
