"""An urgent request beside a slow service whose sender floods the link, over the same request while the link is idle."""

import os
from statistics import median

from tools import HERE, WARNINGS, Failure, build, headers, note, run

WAYS = ("plain", "priorities", "workers", "links")
REPETITIONS = 3
REQUESTS = 100
FLOOD = 4_000_000_000  # slow requests that the sender would keep under way: the ring decides


def program():
    return build("latency/urgent", "g++", "-std=c++20", "-O2", *WARNINGS, headers(), "-pthread", HERE / "latency" / "urgent.cpp")


def times(way, slow, requests=REQUESTS):
    """The times of urgent requests in microseconds, in order."""
    return [int(word) for word in run(program(), way, requests, slow, patience=120).split()]


def late(values):
    return values[len(values) * 99 // 100]


def handlers_before():
    """How many slow handlers run before an urgent message at the end of a full ring; no time is in it."""
    plain, priorities = (int(word) for word in run(program(), "before").split())
    return {"urgent.plain.before": plain, "urgent.priorities.before": priorities}


def measure():
    """The ratio of the 99th percentiles, the median of some runs."""
    if len(os.sched_getaffinity(0)) < 2:
        raise Failure("urgent needs two processors")
    figures = {}
    for way in WAYS:
        note(f"urgent requests: {way}")
        pairs = [(late(times(way, 0)), late(times(way, FLOOD))) for _ in range(REPETITIONS)]
        name = "urgent.p99" if way == "workers" else f"urgent.{way}.p99"
        figures[f"{name}.ratio"] = round(median(flooded / idle for idle, flooded in pairs), 2)
        figures[f"{name}.us"] = median(flooded for _, flooded in pairs)
    return figures
