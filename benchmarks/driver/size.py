"""Flash and RAM of an echo: a linked image, less the same image with the library taken out."""

import re

from figures import DIALECTS, ROLES
from tools import BUILD, CORES, HERE, WARNINGS, at_once, build, built_by, headers, made, run

COMMON = ["-mthumb", "-Os", "-ffunction-sections", "-fdata-sections"]
CPP = ["arm-none-eabi-g++", "-std=c++20", "-fno-exceptions", "-fno-rtti", *COMMON]
C = ["arm-none-eabi-gcc", "-std=c11", *COMMON]
FLASH = (".text", ".rodata", ".init_array", ".ARM.exidx", ".data")
RAM = (".data", ".bss")


def compile_for(core, source, *more, variant=""):
    """An object file of one of the firmware sources."""
    path = HERE / source
    language = [*CPP, headers()] if path.suffix == ".cpp" else [*C, "-fno-tree-loop-distribute-patterns"]
    return build(f"firmware/{core}-{path.parent.name}-{path.stem}{variant}.o", *language, *WARNINGS, f"-mcpu={CORES[core]}",
                 *more, "-c", path)


def link(core, program, *defines, variant=""):
    """A linked image of one firmware program, its map beside it."""
    body = compile_for(core, program, *defines, variant=variant)
    return link_objects(core, body.with_suffix(".elf").relative_to(body.parents[1]), body)


def link_objects(core, output, *objects):
    """An image of these objects and the start-up; options for the linker may stand among them."""
    elf = BUILD / output
    return build(output, "arm-none-eabi-g++", "-mthumb", f"-mcpu={CORES[core]}", "-nostartfiles", "--specs=nano.specs",
                 "-Wl,--gc-sections", f"-Wl,-Map={elf.with_suffix('.map')}", "-T", HERE / "size" / "link.ld",
                 compile_for(core, "size/start.c"), *objects)


def sections(elf):
    """Size by section."""
    found = re.findall(r"^(\.\S+)\s+(\d+)\s+\d+$", run("arm-none-eabi-size", "-A", elf), re.M)
    return {name: int(size) for name, size in found}


def library_parts(elf):
    """What comes from archives, by member."""
    text = elf.with_suffix(".map").read_text().partition("Linker script and memory map")[2]
    parts = {}
    for size, member in re.findall(r"^ \.(?:text|rodata|data)\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+) \S*\.a\(([^)]+)\)$", text, re.M):
        parts[member] = parts.get(member, 0) + int(size, 16)
    return {member: size for member, size in parts.items() if size}


def flash(elf):
    """Bytes of flash, memcpy and memset left out: every program has them."""
    copies = sum(size for member, size in library_parts(elf).items() if re.search(r"mem(cpy|set)\b", member))
    return sum(sections(elf).get(name, 0) for name in FLASH) - copies


def ram(elf):
    return sum(sections(elf).get(name, 0) for name in RAM)


def images(core):
    return {name: link(core, source) for name, source in
            (("bare", "size/bare.cpp"), ("ours", "size/echo.cpp"), ("floor", "floor/echo.c"))}


def of_dialect(dialect, role):
    """Flash of the library's share when the echo speaks a dialect in a role."""
    defines = [f"-DDIALECT={dialect}", *(["-DDRIVER"] if role == "driver" else [])]
    core = "m0plus"
    image = link(core, "size/echo.cpp", *defines, variant=f"-{dialect}-{role}")
    return flash(image) - flash(link(core, "size/bare.cpp"))


def listener():
    """What a listener adds to the table of the echo, and the RAM of one more session beside its name. The four and the seven
    sessions have the same table of unclaimed names."""
    without, four, seven = at_once(lambda n: link("m0plus", "size/listener.cpp", *([f"-DSESSIONS={n}"] if n else []), variant=f"-{n}"),
                                   (0, 4, 7))
    return {"size.listener4.m0plus.bytes": flash(four) - flash(without), "ram.listener.session.bytes": (ram(seven) - ram(four)) // 3 - 32}


def hub():
    """A hub of two edges, less the same two transports with a loop that passes messages on."""
    return flash(link("m33", "size/hub.cpp")) - flash(link("m33", "size/hub.cpp", "-DRELAY", variant="-relay"))


def measure():
    built = dict(zip(CORES, at_once(images, CORES)))
    figures = {}
    for core, image in built.items():
        figures[f"size.{core}.bytes"] = flash(image["ours"]) - flash(image["bare"])
        figures[f"floor.size.{core}.bytes"] = flash(image["floor"]) - flash(image["bare"])
    made.update({name: built_by(tuple(C)) for name in [*figures, "floor.ram.bytes"] if name.startswith("floor")})
    figures["ram.bytes"] = max(ram(image["ours"]) - ram(image["bare"]) for image in built.values())
    figures["floor.ram.bytes"] = max(ram(image["floor"]) - ram(image["bare"]) for image in built.values())
    figures["size.hub.m33.bytes"] = hub()
    for service in ("socket", "qrtr"):
        figures[f"size.{service}.m33.bytes"] = flash(link("m33", f"size/{service}.cpp")) - flash(built["m33"]["ours"])
    pairs = [(dialect, role) for dialect in DIALECTS for role in ROLES]
    shares = at_once(lambda pair: of_dialect(*pair), pairs)
    figures.update({f"size.{dialect}.{role}.m0plus.bytes": share for (dialect, role), share in zip(pairs, shares)})
    return figures | listener()


def functions(core):
    """For people: every symbol of the image by size, names cut to what tells them apart."""
    elf = link(core, "size/echo.cpp")
    lines = []
    for line in run("arm-none-eabi-nm", "-C", "-S", "--size-sort", "-r", elf).splitlines():
        _, size, kind, name = line.split(None, 3)
        lines.append((int(size, 16), kind, short(name)))
    helpers = sorted(library_parts(elf).items())
    return lines, helpers


def short(name):
    """A C++ name without its template arguments and parameters."""
    text, depth = "", 0
    for character in name.replace("(anonymous namespace)::", ""):
        depth -= character in ">)}"
        if depth == 0 and character not in "<>(){}":
            text += character
        depth += character in "<({"
    return re.sub(r"\s+", " ", text).strip()[-90:]
