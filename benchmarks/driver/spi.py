"""Flash and RAM of a link over SPI: an echo over it, less the same channel over a transport that does nothing."""

import size

CORE = "m0plus"


def code(elf):
    found = size.sections(elf)
    return found.get(".text", 0) + found.get(".rodata", 0)


def measure():
    echo, channel = size.link(CORE, "size/spi_echo.cpp"), size.link(CORE, "size/spi_channel.cpp")
    frames = 512 * (8 + 1 + 8)
    return {f"spi.size.{CORE}.bytes": code(echo) - code(channel),
            "spi.ram.bytes": size.ram(echo) - size.ram(channel) - frames}
