"""What earlier versions of pinxit left in a queue's database, and what they called it."""

from __future__ import annotations

import sqlalchemy as sa

# Version 0.1.0 called every home's application version so, and DBOS lets one application of a database have it.
_FIRST_VERSION = "1"
# So many ids tell whose queue it is.
_MOST_IDS = 1000


def names(engine: sa.Engine, jobs: set[str] | None) -> list[str]:
    """The applications that have jobs in a database.

    Args:
        engine: the database.
        jobs: ids of jobs, of which the application is to have one; any where None.
    """
    with engine.connect() as connection:
        table = _table(connection)
        if table is None:
            return []
        query = sa.select(table.c.application_name).distinct().where(table.c.application_name.like("pinxit-%"))
        if jobs is not None:
            ids = sorted(jobs)[:_MOST_IDS]
            own = table.c.application_name.concat
            called = [sa.func.substr(own("." + id + ".1"), len("pinxit-") + 1) for id in ids]
            query = query.where(table.c.workflow_uuid.in_([*(f"{id}.1" for id in ids), *called]))
        return list(connection.execute(query).scalars())


def take_over(engine: sa.Engine, application: str, version: str) -> None:
    """Give the application's jobs that were put by version 0.1.0 the version that is now looked for."""
    with engine.begin() as connection:
        table = _table(connection)
        if table is not None:
            of_it = (table.c.application_name == application) & (table.c.application_version == _FIRST_VERSION)
            connection.execute(sa.update(table).where(of_it).values(application_version=version))


def runs(engine: sa.Engine) -> list[tuple[str, str | None]]:
    """The names of all runs and of their applications, in the order in which they were accepted."""
    with engine.connect() as connection:
        table = _table(connection)
        if table is None:
            return []
        query = sa.select(table.c.workflow_uuid, table.c.application_name).where(table.c.name == "job")
        return [(name, application) for name, application in connection.execute(query.order_by(table.c.created_at))]


def _table(connection: sa.Connection) -> sa.Table | None:
    """DBOS's table of workflows, as far as it matters here; None where there is none yet."""
    schema = "dbos" if connection.dialect.name == "postgresql" else None
    if not sa.inspect(connection).has_table("workflow_status", schema=schema):
        return None
    columns = ("workflow_uuid", "name", "application_name", "application_version", "created_at")
    return sa.Table("workflow_status", sa.MetaData(schema=schema), *(sa.Column(name, sa.String) for name in columns))
