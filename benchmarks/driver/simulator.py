"""What simulated cores cost: messages a second of processor time, and memory of a core."""

from tools import HERE, WARNINGS, build, headers, note, run

CORES = (2, 10, 100, 1000, 10000)


def program():
    return build("simulator/messages", "g++", "-std=c++20", "-O2", *WARNINGS, headers(), HERE / "simulator" / "messages.cpp")


def figures(cores):
    """Messages a second, and bytes of a core."""
    note(f"simulator: {cores} cores")
    speed, memory = run(program(), cores, patience=300).split()
    return int(speed), int(memory)


def measure():
    return {"simulator.messages.per_s": max(figures(2)[0] for _ in range(3)),
            "simulator.messages10000.per_s": figures(10000)[0],
            "simulator.core.bytes": figures(1000)[1]}
