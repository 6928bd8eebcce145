"""Where the figures go: a line each, and a JSON file of all of them."""

import json
import os
import time


def _text(value):
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


class Report:
    def __init__(self, path):
        self._path = path
        self._rows = []
        self._begun = time.monotonic()

    def note(self, text):
        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"# {time.monotonic() - self._begun:.0f} s, load {load}: {text}", flush=True)

    def row(self, name, ours, unit="", peer=None, goal="", more=False, remark=""):
        """`ours` and `peer` are Figures. The ratio says how many times better ours is: of times the
        peer's by ours; with `more`, where more is better, ours by the peer's. `goal`: ">=2" of the ratio,
        or "<=20ms" of ours."""
        ratio = None
        if peer is not None and ours.median and peer.median:
            ratio = ours.median / peer.median if more else peer.median / ours.median
        met = _met(goal, ours.median, ratio)
        line = f"{name} ours={_text(ours.median)}{unit}"
        line += f" peer={_text(peer.median)}{unit} ratio={ratio:.3g}" if ratio else ""
        line += f" goal={goal}" if goal else ""
        line += f" met={'yes' if met else 'no'}" if met is not None else ""
        line += f" spread={ours.spread:.0%}" + (f"/{peer.spread:.0%}" if peer else "")
        print(line + (f" {remark}" if remark else ""), flush=True)
        self._rows.append({"name": name, "ours": ours.values, "peer": peer.values if peer else None,
                           "unit": unit, "ratio": ratio, "goal": goal, "met": met, "remark": remark,
                           "load": os.getloadavg()[0]})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps({"rows": self._rows}, indent=1))

    def growth(self):
        """Rows whose name ends in @SIZE, beside each other by size."""
        by_name = {}
        for row in self._rows:
            name, at, size = row["name"].partition("@")
            size = size.partition("/")[0]
            if at and size.isdigit():
                values = sorted(row["ours"])
                by_name.setdefault(name, {})[int(size)] = (values[len(values) // 2], row["unit"])
        sizes = sorted({size for row in by_name.values() for size in row})
        if len(sizes) < 2:
            return
        print("# " + " ".join(["how cost grows".ljust(24)] + [f"{size:>12}" for size in sizes]))
        for name, row in by_name.items():
            cells = [_text(row[size][0]) + row[size][1] if size in row else "" for size in sizes]
            print("# " + " ".join([name.ljust(24)] + [f"{cell:>12}" for cell in cells]))


def _met(goal, ours, ratio):
    """None where the goal names no number, or there is nothing to compare with."""
    if not goal.startswith((">=", "<=")):
        return None
    number = goal[2:].rstrip("abcdefghijklmnopqrstuvwxyzMBs/% ")
    of_ratio = goal.endswith("x")
    value = ratio if of_ratio else ours
    if value is None:
        return None
    return value >= float(number) if goal[0] == ">" else value <= float(number)
