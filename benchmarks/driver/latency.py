"""Two processes on shared memory, over a bare cache line between the same processors in the same run."""

import os
from statistics import median

from tools import HERE, WARNINGS, Failure, build, headers, note, run

REPETITIONS = 9


def measure():
    if len(os.sched_getaffinity(0)) < 2:
        raise Failure("latency needs two processors")
    program = build("latency/two_processes", "g++", "-std=c++20", "-O2", *WARNINGS, headers(),
                    HERE / "latency" / "two_processes.cpp")
    note("two processes: measuring")
    rows = [[float(word) for word in line.split()] for line in run(program, REPETITIONS, patience=120).splitlines()]
    ping_pong = [trip / ((before + between) / 2) for before, trip, between, _, _ in rows]
    one_way = [message / ((between + after) / 4) for _, _, between, message, after in rows]
    return {
        "host.pingpong16.ratio": round(median(ping_pong), 2),
        "host.oneway16.ratio": round(median(one_way), 2),
        "host.bare.ns": round(median(row[2] for row in rows), 1),
        "host.pingpong16.ns": round(median(row[1] for row in rows), 1),
        "host.oneway16.ns": round(median(row[3] for row in rows), 1),
    }
