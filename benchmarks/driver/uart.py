"""The serial line: bytes on it, instructions of its checks and framing, flash of its transport."""

import size
from instructions import Program
from tools import HERE, WARNINGS, at_once, headers, note, run

FEW, MANY = 256, 512
CHECKS = ("arc.bit", "arc.nibble", "arc.byte", "xmodem.byte", "crc32c.bit", "crc32c.nibble", "crc32c.byte")
WORK = (*CHECKS, "nuttx.encode", "reliable.encode", "nuttx.message", "reliable.message")


def per_frame(program, what, length):
    few, many = (program.run_once([what, str(count), str(length)])["instr"] for count in (FEW, MANY))
    return round((many - few) / (MANY - FEW), 1)


def flash_of(core, *defines):
    return size.flash(size.link(core, "size/uart.cpp", *defines, variant=len(defines)))


def measure():
    program = Program("uart", "g++", "-std=c++20", "-O2", *WARNINGS, headers(), "-no-pie", HERE / "instructions" / "uart.cpp")
    figures = {}
    for profile in ("nuttx", "reliable"):
        for length in (16, 64, 496):
            note(f"counting bytes of {profile} {length}")
            total = int(run(program.path, f"{profile}.line", "2000", str(length)))
            figures[f"uart.{profile}.line{length}.bytes"] = round(total / 2000, 1)

    def count(what):
        note(f"counting {what}")
        short, long = (per_frame(program, what, length) for length in (16, 496))
        return {f"uart.{what}16.instr": short, f"uart.{what}496.instr": long,
                f"uart.{what}.byte.instr": round((long - short) / 480, 2)}

    for result in at_once(count, WORK):
        figures.update(result)
    figures["uart.size.m0plus.bytes"] = flash_of("m0plus") - flash_of("m0plus", "-DOPAQUE")
    return figures
