"""Search at each size: ours beside Lucene and PostgreSQL. Each query's answer is compared before its row
counts."""

import contextlib

import postgres_search
from data.talk import Figure, Program, in_turn

# A row, how many times better than Lucene it is to be, and how many than PostgreSQL.
ROWS = {"words": "2", "programme": "1", "prefix": "1", "word": "1", "browse": "1", "distance": "2",
        "label": "1"}
BAD = ("one_letter", "common_words", "twenty_words", "fifty_codes", "half_europe", "all_facets")
CHANGES = 20_000


def run(bench, sizes, row):
    """`bench`: what `run` knows; `row` of ROWS alone, where it is named."""
    bench.build("search_benchmark")
    for size in sizes:
        _at(bench, size, [row] if row else ROWS)


def _at(bench, size, rows):
    folder = bench.data_of("search", size)
    ours = Program("ours", [bench.program("search_benchmark"), bench.records])
    lucene = Program("Lucene", bench.lucene("Search", folder))
    with ours, contextlib.ExitStack() as stack:
        built = ours.numbers("build", size)
        bench.make(folder, lambda staging: ours.lines("write", staging, CHANGES))
        stack.enter_context(lucene)
        built_by_lucene = lucene.numbers("build")
        database = stack.enter_context(bench.postgres().database(
            folder.name, lambda psql: postgres_search.fill(psql, folder)))
        peers = {"lucene": lucene, "postgresql": postgres_search.Asked(database, folder)}
        bench.report.note(f"{size} resources are searchable in all three")
        _built(bench, size, built, built_by_lucene)
        for row in rows:
            _row(bench, size, row, ours, peers)
        if rows is ROWS:
            _map(bench, size, ours)
            _bad(bench, size, ours)
            _changes(bench, size, ours, lucene)


def _built(bench, size, ours, lucene):
    # The process's own share weighs little at a million alone.
    bench.report.row(f"search.bytes_a_document@{size}", Figure([ours["bytes_per_document"]]), "B",
                     goal="<=800B" if size == 1_000_000 else "", remark=f"on disk in Lucene {lucene['bytes_per_document']:.0f}B")
    bench.report.row(f"search.build@{size}", Figure([ours["seconds"]]), "s",
                     Figure([lucene["seconds"]]) if "seconds" in lucene else None, goal="<=30s")


def _row(bench, size, row, ours, peers):
    hits = _compare(row, ours, peers)
    measures = [ours, *peers.values()]
    said = [[] for _ in measures]
    for measure in measures:        # warm
        measure.numbers("row", row, bench.warm)

    def one(at):
        numbers = measures[at].numbers("row", row, bench.seconds)
        said[at].append(numbers["p99_ms"])
        return numbers["p50_ms"]

    figures = in_turn(bench.rounds, *(lambda at=at: one(at) for at in range(len(measures))))
    for name, figure in zip(peers, figures[1:]):
        goal = f">={ROWS[row]}x" if name == "lucene" else ">=1x"
        bench.report.row(f"search.{row}@{size}/{name}", figures[0], "ms", figure, goal,
                         remark=f"hits={hits} p99={min(said[0]):.3g}ms")


def _compare(row, ours, peers):
    """How many hits its queries have, most and least; ends where a peer finds something else."""
    expected = [_answer(line) for line in ours.lines("answer", row)]
    for name, peer in peers.items():
        found = [_answer(line) for line in peer.lines("answer", row)]
        if len(found) != len(expected):
            raise RuntimeError(f"{row}: {name} was asked other queries")
        for number, (our, its) in enumerate(zip(expected, found)):
            total, names, facets = our
            # What is best first is each engine's own; what is nearest or first by title is not.
            if total != its[0] or facets != its[2] or (row not in RANKED and names != its[1]):
                raise RuntimeError(f"{row}, query {number}: ours answers {our}, {name} {its}")
    totals = [total for total, _, _ in expected]
    return f"{min(totals)}-{max(totals)}"


def _map(bench, size, ours):
    """All that have a point; of the three windows the world is the slowest."""
    said = []

    def p99():
        said.append(ours.numbers("map", bench.seconds))
        return said[-1]["p99_ms"]

    [figure] = in_turn(bench.rounds, p99)
    bench.report.row(f"search.map_p99@{size}", figure, "ms", goal="<=20ms",
                     remark=f"points={said[0]['points']:.0f} p50={said[0]['p50_ms']:.3g}ms")


def _bad(bench, size, ours):
    """What hostile callers ask has a bound too."""
    for row in BAD:
        [figure] = in_turn(2, lambda: ours.numbers("row", f"bad_{row}", bench.seconds)["p99_ms"])
        bench.report.row(f"search.bad_{row}_p99@{size}", figure, "ms", goal="<=100ms")


RANKED = {"words", "prefix", "word"}


def _answer(line):
    """Total, names and counts of "answer NUMBER TOTAL NAMES FACETS". Of counts that are equal to the
    hundredth some are left out, by each engine others."""
    _, _, total, names, facets = (line + " ").split(" ")[:5]
    counts = [(facet.rpartition("=")[0], int(facet.rpartition("=")[2]))
              for facet in facets.split(",") if facet]
    least = min((count for _, count in counts), default=0)
    return int(total), names, sorted(pair for pair in counts if len(counts) < 100 or pair[1] > least)


def _changes(bench, size, ours, lucene):
    """Published one by one, and 64 at once; the last, since they change what is searched."""
    for group, count in ((1, 200), (64, 6400)):
        figures = in_turn(2, *(
            lambda side=side: side.numbers("changes", count, group)["changes_per_second"]
            for side in (ours, lucene)))
        bench.report.row(f"search.changes_by_{group}@{size}", figures[0], "/s", figures[1],
                         goal=">=20000/s" if group == 64 else "", more=True)
    latency = ours.numbers("changes", 4000, 1)
    bench.report.row(f"search.visible_p999@{size}", Figure([latency["p999_ms"]]), "ms", goal="<=5ms")
