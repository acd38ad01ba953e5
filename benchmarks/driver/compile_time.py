"""What the headers cost to compile: user time of a firmware main, and how much Clang instantiates for it."""

import json
import resource
import shutil
from statistics import median

from size import CPP
from tools import BUILD, CORES, HERE, headers, note, run

REPETITIONS = 7


def user_seconds(source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(*CPP, f"-mcpu={CORES['m0plus']}", headers(), "-c", source, "-o", BUILD / "compile" / "out.o")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def instantiations(source):
    """Templates that Clang instantiates, classes and functions."""
    out = BUILD / "compile" / "trace.ll"
    run("clang++", "-std=c++20", headers(), "-ftime-trace", "-ftime-trace-granularity=0", "-S", "-emit-llvm", "-o", out, source)
    events = json.loads(out.with_suffix(".json").read_text())["traceEvents"]
    return sum(event["name"] in ("InstantiateClass", "InstantiateFunction") for event in events)


def measure():
    (BUILD / "compile").mkdir(parents=True, exist_ok=True)
    ours, plain = HERE / "size" / "echo.cpp", HERE / "compile" / "plain.cpp"
    times = []
    for i in range(REPETITIONS):
        note(f"compile time: {i + 1} of {REPETITIONS}")
        times.append((user_seconds(ours), user_seconds(plain)))
    figures = {
        "compile.ratio": round(median(one for one, _ in times) / median(other for _, other in times), 2),
        "compile.seconds": round(median(one for one, _ in times), 2),
    }
    if shutil.which("clang++"):
        figures["compile.instantiations"] = instantiations(ours)
        figures["compile.instantiations.plain"] = instantiations(plain)
    return figures
