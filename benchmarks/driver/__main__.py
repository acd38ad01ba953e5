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
import simulator
import size
import sockets
import spi
import stack
import tools
import uart
from figures import BY_NAME, FIGURES, group_of
from tools import HERE, Failure, built_by, made, note

RECORD = HERE / "recorded.json"
MEASURE = {"instructions": instructions.measure, "size": size.measure, "stack": stack.measure, "emulated": emulated.measure,
           "uart": uart.measure, "spi": spi.measure, "socket": sockets.measure, "latency": latency.measure,
           "simulator": simulator.measure, "compile": compile_time.measure}
COMMAND = {"instructions": instructions.OURS, "size": tuple(size.CPP), "stack": tuple(size.CPP), "emulated": tuple(size.CPP),
           "uart": instructions.OURS, "spi": tuple(size.CPP), "socket": instructions.OURS, "latency": instructions.OURS,
           "simulator": instructions.OURS, "compile": tuple(size.CPP)}
EXACT = ["instructions", "size", "stack", "emulated", "uart", "spi", "socket", "codegen"]
GROUPS = [*EXACT, "latency", "simulator", "compile"]


def measure(groups):
    """All figures of the groups, by name, and what failed or is missing, a line each."""
    values, failed = {}, []
    for group in groups:
        found = {}
        try:
            if group == "codegen":
                if not codegen.measure():
                    failed.append("codegen: not all that must hold does")
            else:
                found = MEASURE[group]()
                absent = [figure.name for figure in FIGURES if group_of(figure.name) == group and figure.name not in found]
                if absent:
                    failed.append(f"{group}: not measured: {', '.join(absent)}")
        except Failure as failure:
            failed.append(f"{group}: {failure}")
        for name in found:
            made.setdefault(name, built_by(COMMAND["size" if name.endswith(".size.m0plus.bytes") else group]))
        values.update(found)
        note("")
    return values, failed


def must_lines(values):
    """How far each exact figure is from what it must be."""
    lines, missed = [], 0
    for figure in FIGURES:
        if figure.name in values and figure.must is not None and figure.toolchain:
            value, must = values[figure.name], figure.must
            distance = f"{abs(value - must):.4g}" + (f" ({100 * abs(value - must) / must:.0f} %)" if must else "")
            word = "met exactly" if value == must else f"met, {distance} below" if value < must else f"MISSED by {distance}"
            missed += value > must
            floor = values.get("floor." + figure.name.removeprefix("host."))
            lines.append(f"{figure.name}: {shown(value)}, must {shown(must)}: {word}" +
                         (f"; floor {shown(floor)}" if floor is not None else ""))
    return [*lines, f"musts: {len(lines) - missed} met, {missed} missed"] if lines else []


def read_record():
    return json.loads(RECORD.read_text()) if RECORD.exists() else {"toolchains": {}, "figures": {}}


def shown(value):
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def matched(figure, value, recorded):
    """How a figure stands against must and aim, and against the record."""
    words = []
    if figure.must is not None:
        reaches = (lambda goal: value >= goal) if figure.at_least else (lambda goal: value <= goal)
        words.append("aim" if reaches(figure.aim) else "must" if reaches(figure.must) else "over")
    if recorded is not None and value != recorded:
        words.append("worse" if value > recorded else "better")
    return ", ".join(words)


def print_table(values, recorded, beside, built):
    rows = [("figure", "value", "must", "aim", "recorded", "best peer", *beside, "built by", "matched")]
    for figure in FIGURES:
        if figure.name in values:
            value, before = values[figure.name], recorded.get(figure.name)
            short = figure.name.removeprefix("host.").removesuffix(".instr")
            rows.append((figure.name, shown(value), shown(figure.must), shown(figure.aim), shown(before), figure.peer,
                         *(shown(costs.get(short)) for costs in beside.values()), made.get(figure.name, ""),
                         matched(figure, value, before)))
    rows += [(name, shown(value)) + ("",) * (4 + len(beside)) + (made.get(name, ""), "") for name, value in values.items() if name not in BY_NAME]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) if i in (0, len(row) - 2, len(row) - 1) else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())
    print("best peer: as measured earlier" + (f"; {', '.join(beside)}: measured now" if beside else ""))
    for peer in beside:
        print(f"{peer}: {built[peer]}")


def write_json(path, values, recorded):
    def entry(name, value):
        figure = BY_NAME.get(name)
        return {"name": name, "value": value, "unit": figure.unit if figure else unit_of(name),
                "must": figure.must if figure else None, "aim": figure.aim if figure else None,
                "recorded": recorded.get(name), "built": made.get(name, "")}
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
    values, failed = measure(groups)
    beside, built, more, missing = peers.measure(groups)
    values.update(more)
    note("")
    if values:
        print_table(values, record["figures"], beside, built)
    for what, why in missing.items():
        print(f"not measured: {what}: {why}")
    if wish.functions:
        print_functions()
    if wish.json:
        for peer, costs in beside.items():
            values.update({f"{peer}.{name}.instr": value for name, value in costs.items()})
            made.update({f"{peer}.{name}.instr": built[peer] for name in costs})
        write_json(wish.json, values, record["figures"])
    if wish.plots:
        import plots
        plots.draw()
    holds = not failed
    if wish.record and holds:
        write_record(values, record)
    if wish.check:
        print("\n".join(must_lines(values)))
        holds = check(values, record) and holds
    sys.stdout.flush()
    for line in failed:
        print(f"benchmarks/run: failed: {line}", file=sys.stderr)
    if wish.record and failed:
        print("benchmarks/run: nothing was recorded", file=sys.stderr)
    return 0 if holds else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        note("")
        print(f"benchmarks/run: {failure}", file=sys.stderr)
        sys.exit(1)
