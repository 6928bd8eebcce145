"""Resources in PostgreSQL, as one would search them there: a tsvector of their words, arrays of their codes,
points of earthdistance, each with its index."""

FIELDS = ("number", "name", "type", "state", "public", "title_key", "tokens", "title_tokens", "codes",
          "programmes", "label_levels", "latitude", "longitude")
FACETS = {"types": "ARRAY[type]", "states": "ARRAY[state]", "label_levels": "label_levels",
          "sectors": "sectors"}
EARTH = 6371010     # a sphere of ours' radius, for equal answers


def fill(psql, folder):
    psql.rows("CREATE EXTENSION cube; CREATE EXTENSION earthdistance;"
              "CREATE OR REPLACE FUNCTION earth() RETURNS float8 LANGUAGE SQL IMMUTABLE PARALLEL SAFE"
              f" AS 'SELECT {EARTH}::float8'")
    psql.rows(f"CREATE UNLOGGED TABLE lines ({', '.join(f'{name} text' for name in FIELDS)})")
    psql.copy("lines", folder / "documents.tsv")
    psql.rows("""CREATE TABLE documents AS SELECT number::int, name, type, state, public = '1' AS public,
        decode(title_key, 'hex') AS title_key,
        array_to_tsvector(string_to_array(tokens, ' ')) AS tokens,
        array_to_tsvector(string_to_array(title_tokens, ' ')) AS title_tokens,
        string_to_array(codes, ' ') AS codes,
        ARRAY(SELECT code FROM unnest(string_to_array(codes, ' ')) AS code
              WHERE code NOT LIKE 'nuts:%' AND code NOT LIKE 'iso:%') AS sectors,
        string_to_array(programmes, ' ') AS programmes,
        string_to_array(label_levels, ' ') AS label_levels,
        CASE WHEN latitude <> '' THEN ll_to_earth(latitude::float8, longitude::float8) END AS place
        FROM lines""")
    psql.rows("DROP TABLE lines")
    for index in ("GIN (tokens)", "GIN (codes)", "GIN (programmes)", "GIN (label_levels)", "GIST (place)",
                  "btree (title_key, name) WHERE public"):
        psql.rows(f"CREATE INDEX ON documents USING {index}")


class Asked:
    """Answers the commands of search/ours.cc about queries."""

    def __init__(self, psql, folder):
        self._psql = psql
        self._rows = {}
        for line in (folder / "queries.tsv").read_text().splitlines():
            fields = line.split("\t")
            self._rows.setdefault(fields[0], []).append(_sql(fields))

    def lines(self, _, row):
        return [f"answer {number} " + " ".join(self._psql.rows(sql)[0][0].split("|"))
                for number, sql in enumerate(self._rows[row])]

    def numbers(self, _, row, seconds):
        steps = []
        while sum(steps) < seconds:
            steps += [self._psql.rows(sql)[1] for sql in self._rows[row]]
        steps.sort()
        return {f"p{share}_ms": 1e3 * steps[int(share / 100 * (len(steps) - 1))] for share in (50, 99)}


def _sql(fields):
    """Total, names of the first fifty and counts, as one row."""
    _, words, regions, programmes, levels, latitude, longitude, radius, order, facets = fields
    where = ["public"]
    query = " & ".join(f"{word[:-1]}:*" if word.endswith("*") else word for word in words.split())
    if query:
        where.append(f"tokens @@ '{query}'::tsquery")
    for column, values in (("codes", regions), ("programmes", programmes), ("label_levels", levels)):
        if values:
            where.append(f"{column} && ARRAY[{','.join(repr(value) for value in values.split())}]")
    center = f"ll_to_earth({latitude}, {longitude})"
    if radius:
        where.append(f"earth_box({center}, {radius}) @> place AND earth_distance({center}, place) <= {radius}")
    orders = {"title": "title_key, name", "distance": f"earth_distance({center}, place), name",
              "relevance": f"(title_tokens @@ '{query}'::tsquery) DESC, name"}
    # What is found at once is kept; of everything the index has the beginning.
    found, kept = "documents WHERE " + " AND ".join(where), ""
    if len(where) > 1:
        kept, found = f"WITH found AS MATERIALIZED (SELECT * FROM {found}) ", "found"
    counts = [f"(SELECT string_agg('{facet}=' || value || '=' || count, ',') FROM (SELECT value, count(*) FROM "
              f"{found}, unnest({FACETS[facet]}) AS value GROUP BY value ORDER BY 2 DESC LIMIT 100) AS counted)"
              for facet in facets.split()]
    return (f"{kept}SELECT (SELECT count(*) FROM {found}), (SELECT string_agg(name, ',') FROM (SELECT name FROM "
            f"{found} ORDER BY {orders[order]} LIMIT 50) AS page), concat_ws(',', {', '.join(counts) or 'NULL'})")
