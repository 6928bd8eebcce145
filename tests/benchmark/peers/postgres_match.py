"""Subscriptions in PostgreSQL: filed under the rarest terms they require, circles in an index of boxes; a
change asks for all of its terms, and of what is found the rest is checked."""

import postgres_search

GROUPS = 5      # besides the one it is filed under


def fill(psql, folder):
    psql.rows("CREATE EXTENSION cube; CREATE EXTENSION earthdistance;"
              "CREATE OR REPLACE FUNCTION earth() RETURNS float8 LANGUAGE SQL IMMUTABLE PARALLEL SAFE"
              f" AS 'SELECT {postgres_search.EARTH}::float8'")
    psql.rows("CREATE UNLOGGED TABLE lines (number text, groups text, latitude text, longitude text,"
              " radius text, first_day text, size text, excluded text)")
    psql.copy("lines", folder / "subscriptions.tsv")
    others = ", ".join(f"string_to_array(nullif(split_part(groups, ' ', {at + 2}), ''), '|') AS group_{at}"
                       for at in range(GROUPS))
    psql.rows(f"""CREATE TABLE subscriptions AS SELECT number::int, {others},
        CASE WHEN radius <> '' THEN ll_to_earth(latitude::float8, longitude::float8) END AS center,
        nullif(radius, '')::float8 AS radius, nullif(first_day, '')::int AS first_day,
        nullif(size, '')::bigint AS size, string_to_array(nullif(excluded, ''), ' ') AS excluded FROM lines""")
    psql.rows("CREATE TABLE filed AS SELECT unnest(string_to_array(split_part(groups, ' ', 1), '|')) AS term,"
              " number::int FROM lines WHERE groups <> 'public'")
    psql.rows("CREATE TABLE circles AS SELECT subscriptions.number, earth_box(center, subscriptions.radius) AS box"
              " FROM subscriptions JOIN lines ON subscriptions.number = lines.number::int WHERE groups = 'public'")
    psql.rows("DROP TABLE lines")
    psql.rows("ALTER TABLE subscriptions ADD PRIMARY KEY (number)")
    psql.rows("CREATE INDEX ON filed (term) INCLUDE (number)")
    psql.rows("CREATE INDEX ON circles USING GIST (box)")
    psql.rows(_function())


def _function():
    groups = " AND ".join(f"(group_{at} IS NULL OR group_{at} && terms)" for at in range(GROUPS))
    return f"""CREATE FUNCTION matching(terms text[], place earth, last_day int, its_size bigint)
        RETURNS TABLE (number int) LANGUAGE SQL STABLE AS $$
        SELECT subscriptions.number FROM
          (SELECT DISTINCT filed.number FROM filed WHERE term = ANY(terms)
           UNION ALL SELECT circles.number FROM circles WHERE box @> place AND 'public' = ANY(terms)) AS found
          JOIN subscriptions USING (number)
        WHERE {groups} AND (radius IS NULL OR earth_distance(center, place) <= radius)
          AND (first_day IS NULL OR first_day <= last_day) AND (size IS NULL OR size <= its_size)
          AND (excluded IS NULL OR NOT excluded && terms) $$"""


class Asked:
    """Answers the commands of match/ours.cc about changes."""

    def __init__(self, psql, folder):
        self._psql = psql
        self._changes = [_sql(line.split("\t"))
                         for line in (folder / "changes.tsv").read_text().splitlines()]
        self._next = 0

    def lines(self, _, count):
        total = checksum = 0
        for sql in self._changes[:count]:
            matches, part = map(int, self._psql.rows(sql)[0][0].split("|"))
            total += matches
            checksum += part
        return [f"answer {total} {checksum % (2**61 - 1)}"]

    def numbers(self, _, seconds):
        steps = []
        while sum(steps) < seconds:
            steps.append(self._psql.rows(self._changes[self._next % len(self._changes)])[1])
            self._next += 1
        return {"per_second": len(steps) / sum(steps)}


def _sql(fields):
    number, before, after = int(fields[0]), fields[1:7], fields[7:13]
    transition = "CASE WHEN b.number IS NULL THEN 1 WHEN a.number IS NULL THEN 2 ELSE 3 END"
    return (f"SELECT count(*), coalesce(sum({number} * 1000003::bigint + number * 31 + {transition}), 0) FROM "
            f"{_image(before)} b FULL JOIN {_image(after)} a USING (number)")


def _image(fields):
    terms, latitude, longitude, _, last_day, size = fields
    if not terms:
        return "(SELECT 0 AS number WHERE false)"
    quoted = terms.replace("'", "''").replace('"', "").replace(" ", ",")
    place = f"ll_to_earth({latitude}, {longitude})" if latitude else "NULL"
    return f"matching('{{{quoted}}}', {place}, {last_day or 'NULL'}, {size or 'NULL'})"
