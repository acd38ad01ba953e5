"""Measures the figures of this library, shows them beside what they must be, and compares them with the record."""

import argparse
import json
import sys

import codegen
import compile_time
import emulated
import instructions
import latency
import peers
import size
import spi
import stack
import tools
import uart
from figures import BY_NAME, FIGURES
from tools import HERE, Failure, note

RECORD = HERE / "recorded.json"
MEASURE = {"instructions": instructions.measure, "size": size.measure, "stack": stack.measure, "emulated": emulated.measure,
           "uart": uart.measure, "spi": spi.measure, "latency": latency.measure, "compile": compile_time.measure}
EXACT = ["instructions", "size", "stack", "emulated", "uart", "spi", "codegen"]
GROUPS = [*EXACT, "latency", "compile"]


def measure(groups):
    """All figures of the groups, by name, and whether all that must hold does."""
    values, holds = {}, True
    for group in groups:
        try:
            if group == "codegen":
                holds = codegen.measure() and holds
            else:
                values.update(MEASURE[group]())
        except Failure as failure:
            holds = False
            note("")
            print(f"benchmarks/run: {group}: {failure}", file=sys.stderr)
        note("")
    return values, holds


def read_record():
    return json.loads(RECORD.read_text()) if RECORD.exists() else {"toolchains": {}, "figures": {}}


def shown(value):
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def matched(figure, value, recorded):
    """How a figure stands against must and aim, and against the record."""
    words = []
    if figure.must is not None:
        words.append("aim" if value <= figure.aim else "must" if value <= figure.must else "over")
    if recorded is not None and value != recorded:
        words.append("worse" if value > recorded else "better")
    return ", ".join(words)


def print_table(values, recorded, beside):
    rows = [("figure", "value", "must", "aim", "recorded", "best peer", *beside, "matched")]
    for figure in FIGURES:
        if figure.name in values:
            value, before = values[figure.name], recorded.get(figure.name)
            short = figure.name.removeprefix("host.").removesuffix(".instr")
            rows.append((figure.name, shown(value), shown(figure.must), shown(figure.aim), shown(before), figure.peer,
                         *(shown(costs.get(short)) for costs in beside.values()), matched(figure, value, before)))
    rows += [(name, shown(value)) + ("",) * (5 + len(beside)) for name, value in values.items() if name not in BY_NAME]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) if i in (0, len(row) - 1) else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())
    print("best peer: as measured earlier" + (f"; {' and '.join(beside)}: measured now" if beside else ""))


def write_json(path, values, recorded):
    def entry(name, value):
        figure = BY_NAME.get(name)
        return {"name": name, "value": value, "unit": figure.unit if figure else unit_of(name),
                "must": figure.must if figure else None, "aim": figure.aim if figure else None,
                "recorded": recorded.get(name)}
    text = json.dumps([entry(*item) for item in values.items()], indent=1)
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as problem:
        raise Failure(f"{path} cannot be written: {problem.strerror}") from None


def unit_of(name):
    for ending, unit in (("instr", "instructions"), ("bytes", "bytes"), ("ratio", "x"), ("ns", "ns"), ("fences", "fences")):
        if name.endswith(ending):
            return unit
    return ""


def exact_values(values):
    return {name: value for name, value in values.items() if name in BY_NAME and BY_NAME[name].toolchain}


def check(values, record):
    """Whether nothing exact is worse than recorded; another compiler than the recorded one is only told of."""
    worse, better, foreign = [], [], set()
    for name, value in exact_values(values).items():
        before, toolchain = record["figures"].get(name), BY_NAME[name].toolchain
        if before is None:
            worse.append(f"{name} is {shown(value)} and was never recorded")
        elif value > before:
            if tools.environment(toolchain) == record["toolchains"].get(toolchain):
                worse.append(f"{name} is {shown(value)}, recorded {shown(before)}")
            else:
                foreign.add(toolchain)
        elif value < before:
            better.append(f"{name} is {shown(value)}, recorded {shown(before)}")
    for toolchain in sorted(foreign):
        print(f"not compared: recorded with {record['toolchains'].get(toolchain)}, this is {tools.environment(toolchain)}")
    for line in better:
        print(f"better: {line}")
    for line in worse:
        print(f"worse: {line}")
    if better or worse:
        print("to take these figures as the new record: benchmarks/run --record")
    return not worse


def write_record(values, record):
    for name, value in exact_values(values).items():
        record["figures"][name] = value
        record["toolchains"][BY_NAME[name].toolchain] = tools.environment(BY_NAME[name].toolchain)
    record["figures"] = {figure.name: record["figures"][figure.name] for figure in FIGURES if figure.name in record["figures"]}
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    print(f"recorded in {RECORD.relative_to(tools.ROOT)}")


def print_functions():
    for core in tools.CORES:
        lines, helpers = size.functions(core)
        note("")
        print(f"\n{core}: bytes of each symbol of the image")
        for bytes_, kind, name in lines:
            print(f"{bytes_:6} {kind} {name}")
        print("from archives: " + (", ".join(f"{name} {bytes_}" for name, bytes_ in helpers) or "nothing"))


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--json")
    parser.add_argument("--include")
    for flag in ("check", "record", "plots", "functions", "self-test"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("groups", nargs="*")
    wish = parser.parse_args()
    if wish.include:
        tools.include[0] = wish.include
    if wish.self_test:
        return 0 if codegen.self_test() else 1
    record = read_record()
    groups = wish.groups or (EXACT if wish.check or wish.record else GROUPS)
    values, holds = measure(groups)
    beside = peers.measure() if "instructions" in groups else {}
    note("")
    if values:
        print_table(values, record["figures"], beside)
    if wish.functions:
        print_functions()
    if wish.json:
        values.update({f"{peer}.{name}.instr": value for peer, costs in beside.items() for name, value in costs.items()})
        write_json(wish.json, values, record["figures"])
    if wish.plots:
        import plots
        plots.draw()
    if wish.record:
        write_record(values, record)
    if wish.check:
        holds = check(values, record) and holds
    return 0 if holds else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        note("")
        print(f"benchmarks/run: {failure}", file=sys.stderr)
        sys.exit(1)
