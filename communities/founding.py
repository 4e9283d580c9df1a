"""Making the one `Community` of every community-level division."""

from django.db import connection

from communities.models import Community
from governance.divisions.models import Division, Level


def make_missing_communities() -> int:
    """Insert an empty community for each community-level division without one, in one statement."""
    community, division = Community._meta.db_table, Division._meta.db_table
    empty_texts = [
        field.column
        for field in Community._meta.concrete_fields
        if field.get_internal_type() == "CharField" and field.name != "path"
    ]
    columns = ["division_id", "path", "version", *empty_texts]
    values = ["d.id", "d.path", "1", *["''"] * len(empty_texts)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {community} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {division} d "
            f"LEFT JOIN {community} c ON c.division_id = d.id WHERE d.level = %s AND c.id IS NULL",
            [Level.COMMUNITY],
        )
        return cursor.rowcount
