"""Matching with each mix of subscriptions at each size: ours beside Lucene and PostgreSQL. What matches is
compared before it counts."""

import contextlib

import postgres_match
from data.talk import Figure, Program, in_turn

# A mix: changes a second at a million, how many times better than the better design on Lucene, and than
# PostgreSQL.
MIXES = {"mixed": ("600", "2", "1"), "narrow": ("20000", "2", "70"), "circles": ("300", None, "1"),
         "exact": ("1000", "2", "1")}
CHANGES = 300
RESOURCES_SHARE = 50    # so many subscriptions for a resource
MONITOR_AT_MOST = 2_500, 100_000    # it needs seconds for a change of more; the first with --quick
MONITOR_CHANGES = 5


def run(bench, sizes, mix):
    bench.build("match_benchmark")
    for size in sizes:
        for one in [mix] if mix else MIXES:
            _at(bench, size, one)


def _at(bench, size, mix):
    folder = bench.data_of("match", mix, size)
    _, lucene_goal, postgres_goal = MIXES[mix]
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Program("ours", [bench.program("match_benchmark"), bench.records]))
        built = ours.numbers("build", mix, size, max(500, size // RESOURCES_SHARE), CHANGES)
        bench.make(folder, lambda staging: ours.lines("write", staging))
        peers = {}
        if lucene_goal:
            peers["lucene"] = _lucene(bench, stack, folder, "columns")
        database = stack.enter_context(bench.postgres().database(
            folder.name, lambda psql: postgres_match.fill(psql, folder)))
        peers["postgresql"] = postgres_match.Asked(database, folder)
        if lucene_goal and size <= MONITOR_AT_MOST[not bench.quick]:
            peers["monitor"] = _lucene(bench, stack, folder, "monitor")
        bench.report.note(f"{size} subscriptions ({mix}) are in all")
        _built(bench, f"match.{mix}", size, built)
        goals = {"lucene": lucene_goal, "monitor": lucene_goal, "postgresql": postgres_goal}
        _row(bench, mix, size, ours, peers, goals)


def _lucene(bench, stack, folder, kind):
    program = stack.enter_context(Program("Lucene", bench.lucene("Match", folder)))
    program.numbers("build", kind)
    return program


def _built(bench, name, size, built):
    if size == max(bench.sizes):
        bench.report.row(f"{name}.build@{size}", Figure([built["seconds"]]), "s", goal="<=30s")
        bench.report.row(f"{name}.bytes@{size}", Figure([built["bytes_per_subscription"]]), "B",
                         goal="<=350B")


def _row(bench, mix, size, ours, peers, goals):
    for name, peer in peers.items():
        count = MONITOR_CHANGES if name == "monitor" else CHANGES
        expected, found = ours.lines("answer", count), peer.lines("answer", count)
        if expected != found:
            raise RuntimeError(f"{mix} of {size}: ours answers {expected}, {name} {found}")
    measures = [ours, *peers.values()]
    for measure in measures:        # warm
        measure.numbers("row", bench.warm)
    said = []

    def one(at):
        numbers = measures[at].numbers("row", bench.seconds)
        if at == 0:
            said.append(numbers)
        return numbers["per_second"]

    figures = in_turn(bench.rounds, *(lambda at=at: one(at) for at in range(len(measures))))
    remark = (f"matches={said[0]['matches']:.0f} p99="
              f"{min(numbers['p99_ms'] for numbers in said):.3g}ms")
    if size == 1_000_000:
        bench.report.row(f"match.{mix}@{size}", figures[0], "/s", goal=f">={MIXES[mix][0]}/s",
                         remark=remark)
    for name, figure in zip(peers, figures[1:]):
        bench.report.row(f"match.{mix}@{size}/{name}", figures[0], "/s", figure, f">={goals[name]}x",
                         more=True, remark=remark)
