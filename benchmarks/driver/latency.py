"""Two processes on shared memory, over a bare cache line between the same processors in the same run, and asleep between two
messages, over a pair of sockets."""

import os
from statistics import median

import urgent
from tools import HERE, WARNINGS, Failure, build, headers, note, run

REPETITIONS = 9


def measure():
    if len(os.sched_getaffinity(0)) < 2:
        raise Failure("latency needs two processors")
    program = build("latency/two_processes", "g++", "-std=c++20", "-O2", *WARNINGS, headers(),
                    HERE / "latency" / "two_processes.cpp")
    note("two processes: measuring")
    rows = [[float(word) for word in line.split()] for line in run(program, REPETITIONS, patience=300).splitlines()]
    ping_pong = [row[1] / ((row[0] + row[2]) / 2) for row in rows]
    one_way = [row[3] / ((row[2] + row[4]) / 4) for row in rows]
    sleeping = [row[6] / ((row[5] + row[7]) / 2) for row in rows]
    looking = [row[8] / ((row[7] + row[9]) / 2) for row in rows]
    return urgent.measure() | {
        "host.pingpong16.ratio": round(median(ping_pong), 2),
        "host.oneway16.ratio": round(median(one_way), 2),
        "host.blocking.ratio": round(median(sleeping), 2),
        "host.blocking.looks.ratio": round(median(looking), 3),
        "host.bare.ns": round(median(row[2] for row in rows), 1),
        "host.pingpong16.ns": round(median(row[1] for row in rows), 1),
        "host.oneway16.ns": round(median(row[3] for row in rows), 1),
        "host.sockets.ns": round(median(row[7] for row in rows), 1),
        "host.blocking.ns": round(median(row[6] for row in rows), 1),
    }
