"""A stream socket beside an endpoint that carries the same bytes with the same copies, in instructions."""

from instructions import Program, tidy
from tools import HERE, WARNINGS, headers


def measure():
    def per_block(name, *defines):
        program = Program(name, "g++", "-std=c++20", "-O2", *WARNINGS, *defines, headers(), "-no-pie",
                          HERE / "instructions" / "socket.cpp")
        return program.per_message(["{}", "16", "1"])["instr"]

    return {"socket.instr.ratio": tidy(per_block("socket") / per_block("socket-raw", "-DRAW"))}
