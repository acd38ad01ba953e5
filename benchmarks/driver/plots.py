"""Draws benchmarks/plots/*.svg with gnuplot from figures measured now and, for the peers, from those in peers.py."""

import subprocess

import instructions
import peers
import simulator
import size
import urgent
from tools import HERE, CORES, Failure, at_once, note

PAYLOADS = (16, 64, 128, 256, 496)
POOLS = (1, 16, 256, 1000)

STYLE = """set terminal svg size 640,400 font 'sans-serif,13' background '#ffffff'
set output '{output}'
set title '{title}'
set border 3
set tics nomirror
set grid ytics lc rgb '#dddddd'
set key above
set yrange [0:*]
set style line 1 lc rgb '#0060a8' lw 2.5 pt 7 ps 0.7
set style line 2 lc rgb '#888888' lw 2 pt 5 ps 0.7
set style line 3 lc rgb '#d07000' lw 2 pt 9 ps 0.8
set style line 4 lc rgb '#b02020' lw 2 pt 11 ps 0.8
"""


def gnuplot(name, title, script):
    note(f"drawing {name}.svg")
    text = STYLE.format(output=HERE / "plots" / f"{name}.svg", title=title) + script
    done = subprocess.run(["gnuplot"], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"gnuplot: {done.stderr.strip()}")


def lines(name, title, xlabel, ylabel, curves, extra=""):
    """One curve for each (label, {x: y})."""
    script = f"set xlabel '{xlabel}'\nset ylabel '{ylabel}'\n{extra}"
    for i, (_, points) in enumerate(curves):
        script += f"$data{i} << END\n" + "".join(f"{x} {y}\n" for x, y in sorted(points.items())) + "END\n"
    plots = (f"$data{i} using 1:2 with linespoints ls {i + 1} title '{label}'" for i, (label, _) in enumerate(curves))
    gnuplot(name, title, script + "plot " + ", ".join(plots) + "\n")


def bars(name, title, ylabel, groups, columns):
    """Bars side by side: groups {label: {column: value}}."""
    script = (f"set ylabel '{ylabel}'\nset style data histograms\nset style fill solid 0.85\nset boxwidth 0.9\n"
              "set xtics scale 0\n$data << END\n")
    for label, values in groups.items():
        script += f'"{label}" ' + " ".join(str(values.get(column, "NaN")) for column in columns) + "\n"
    plots = (f"$data using {i + 2}{':xtic(1)' if i == 0 else ''} ls {i + 1} title '{column}'" for i, column in enumerate(columns))
    gnuplot(name, title, script + "END\nplot " + ", ".join(plots) + "\n")


def late_requests():
    """How long urgent requests take beside a flood of slow ones, by the share of them that is faster."""
    def shares(values):
        return {100 * (i + 1) / len(values): value for i, value in enumerate(values)}

    lines("urgent", "Urgent requests beside slow ones of 10 ms that flood the link", "share of the requests in %", "microseconds",
          [(label, shares(urgent.times(way, urgent.FLOOD))) for way, label in
           (("links", "a link of its own"), ("workers", "workers"), ("priorities", "priorities"), ("plain", "plain table"))],
          "set logscale y\nset yrange [50:*]\n")


def draw():
    (HERE / "plots").mkdir(exist_ok=True)
    built = instructions.programs(POOLS)

    def cost(program, *job):
        return built[program].per_message(job)["instr"]

    by_size = at_once(lambda n: (cost("copy", "{}", str(n), "1"), cost("floor", "lockstep", "{}", str(n))), PAYLOADS)
    by_count = at_once(lambda n: cost(f"pool-{n}", "{}", "16", "1"), POOLS)
    lines("payload", "A message by copy, sent and delivered one by one", "payload in bytes", "instructions on x86-64",
          [("rpmsg", dict(zip(PAYLOADS, (ours for ours, _ in by_size)))),
           ("hand-written C", dict(zip(PAYLOADS, (floor for _, floor in by_size)))),
           ("rpmsg-lite", peers.BY_PAYLOAD["rpmsg-lite"]), ("OpenAMP", peers.BY_PAYLOAD["OpenAMP"])])
    lines("endpoints", "A message of 16 bytes to one of many endpoints", "endpoints", "instructions on x86-64",
          [("rpmsg", dict(zip(POOLS, by_count))), ("", {}),
           ("rpmsg-lite", peers.BY_ENDPOINTS["rpmsg-lite"]), ("OpenAMP", peers.BY_ENDPOINTS["OpenAMP"])],
          "set logscale xy\nset yrange [100:*]\n")
    costs = {
        "lockstep": {"rpmsg": by_size[0][0], "hand-written C": by_size[0][1]},
        "burst": {"rpmsg": cost("copy", "{}", "16", "16"), "hand-written C": cost("floor", "burst", "{}", "16")},
        "zero-copy": {"rpmsg": cost("zero_copy", "{}", "16", "1")},
        "round trip": {"rpmsg": cost("round_trip", "{}", "16", "1"), "hand-written C": cost("floor", "roundtrip", "{}", "16")},
    }
    for case, figures in peers.BY_CASE.items():
        costs[case].update(figures)
    bars("instructions", "Instructions for a message of 16 bytes, x86-64", "instructions", costs,
         ["rpmsg", "hand-written C", "rpmsg-lite", "OpenAMP"])
    late_requests()
    figures = size.measure()
    flash = {core: {"rpmsg": figures[f"size.{core}.bytes"], "hand-written C": figures[f"floor.size.{core}.bytes"],
                    **peers.FLASH[core]} for core in CORES}
    bars("flash", "Flash of a remote echo with name service", "bytes",
         {CORES[core]: values for core, values in flash.items()}, ["rpmsg", "hand-written C", "rpmsg-lite", "OpenAMP"])
    speed = {cores: simulator.figures(cores)[0] for cores in simulator.CORES}
    draw_simulator(speed)
    note("")


def draw_simulator(speed):
    lines("simulator", "Messages between simulated cores, each checked", "cores", "messages per second of processor time",
          [("rpmsg", speed)], "set logscale x\n")
