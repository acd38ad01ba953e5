"""What firmware does as it runs in QEMU: instructions of an echo, and how deep the stack of the measured calls really goes."""

import re

import peers
import stack
from size import C, CPP
from tools import HERE, ROOT, WARNINGS, Failure, at_once, build, built_by, headers, made, note, run

EXAMPLES = ROOT / "examples" / "firmware"
# The option for the compiler, where the shared block lies, QEMU's machine, the folder and the name of its linker script.
BOARDS = {"m0": ("cortex-m0", 0x20001000, "microbit", "microbit", "link"),
          "m4": ("cortex-m4", 0x20001000, "mps2-an386", "microbit", "link"),  # the memory of either begins at the same place
          "m33": ("cortex-m33+nodsp", 0x30000000, "mps2-an521", "mps2_an521", "host")}


def compile_for(core, path, *more, variant=""):
    cpu, shared = BOARDS[core][:2]
    language = CPP if path.suffix == ".cpp" else C
    return build(f"emulated/{core}-{path.stem}{variant}.o", *language, headers(), f"-I{HERE / 'emulated'}", f"-I{EXAMPLES}",
                 f"-I{EXAMPLES / 'cortex_m'}", f"-DSHARED_START={shared}", *WARNINGS, f"-mcpu={cpu}", *more, "-c", path)


def link(core, *objects, variant="", options=()):
    cpu, _, _, folder, script = BOARDS[core]
    start = [compile_for(core, EXAMPLES / "cortex_m" / "start.cpp"), compile_for(core, EXAMPLES / folder / "vectors.cpp")]
    return build(f"emulated/{core}-{objects[0].stem}{variant}.elf", "arm-none-eabi-g++", "-mthumb", f"-mcpu={cpu}", "-nostartfiles",
                 "--specs=nano.specs", "-Wl,--gc-sections", "-L", EXAMPLES / "cortex_m", "-T",
                 EXAMPLES / folder / f"{script}.ld", *start, *objects, *options)


def said_by(core, *objects, variant="", options=()):
    """Runs an image; the lines of a name and a number that it prints. Every instruction takes 1024 ns."""
    image = link(core, *objects, variant=variant, options=options)
    note(f"running {image.name}")
    text = run("qemu-system-arm", "-M", BOARDS[core][2], "-display", "none", "-monitor", "none", "-serial", "null",
               "-semihosting-config", "enable=on,target=native", "-icount", "shift=10,align=off,sleep=off", "-kernel", image,
               merged=True, patience=60)
    said = {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)$", text, re.M)}
    if not said:
        raise Failure(f"{image.name} ran and told no figure: {text.strip() or 'it said nothing'}")
    return said


def count(job):
    """Instructions of our echo (-Os or -O2) or of the floor's on a core."""
    core, which = job
    counter = compile_for(core, HERE / "emulated" / "count.cpp")
    if which == "floor":
        echo = compile_for(core, HERE / "floor" / "echo.c", "-DMEASURED", "-fno-tree-loop-distribute-patterns", variant="-floor")
        said = said_by(core, counter, echo, variant="-floor")
        figures = {f"floor.{name}.{core}.instr": value for name, value in said.items()}
        made.update(dict.fromkeys(figures, built_by(tuple(C))))
    elif which == "o2":
        said = said_by(core, counter, compile_for(core, HERE / "emulated" / "echo.cpp", "-O2", variant="-o2"), variant="-o2")
        figures = {f"{name}.{core}.o2.instr": value for name, value in said.items()}
        made.update(dict.fromkeys(figures, built_by((CPP[0], "-O2"))))
    else:
        said = said_by(core, counter, compile_for(core, HERE / "emulated" / "echo.cpp"))
        figures = {f"{name}.{core}.instr": value for name, value in said.items()}
    return figures


def count_rpmsg_lite(core, level, *, lto, lock):
    """Instructions of an echo of 16 bytes done by rpmsg-lite beside our host."""
    flags = [level, *(["-flto"] if lto else [])]
    variant = "-".join(["-lite", level[1:], *(["lto"] if lto else []), *(["lock"] if lock else [])])
    cpu, shared = BOARDS[core][:2]
    objects = peers.rpmsg_lite_objects(f"emulated/{core}{variant}", f"-mcpu={cpu}", f"-DSHARED_START={shared}u", *flags, lock=lock)
    counter = compile_for(core, HERE / "emulated" / "count.cpp", "-DDIALECT=rpmsg_lite", variant="-lite")
    return said_by(core, counter, *objects, variant=variant, options=flags)["echo16"]


def compare_stacks():
    """A call may not go deeper than the analysis of the same object says, nor write to RAM that is not its own."""
    calls = compile_for("m33", HERE / "stack" / "calls.cpp", "-fcallgraph-info=su")
    seen = said_by("m33", compile_for("m33", HERE / "emulated" / "paint.cpp"), calls,
                   compile_for("m33", HERE / "stack" / "handler.cpp"))
    note("")
    print("in the emulator, where addresses are others than in the figures of 'stack':")
    allowed = stack.analyse(calls)
    for name in ("send", "receive", "poll"):
        deepest, limit = seen[name], allowed[f"stack.{name}.bytes"]
        print(f"stack.{name}: {deepest} bytes were written to, {limit} are reckoned with")
        if deepest > limit:
            raise Failure(f"{name} wrote to {deepest} bytes below its caller, the analysis reckons with {limit}")


def measure():
    figures = {}
    jobs = [*((core, "ours") for core in BOARDS), *((core, which) for core in ("m0", "m4") for which in ("o2", "floor"))]
    for counted in at_once(count, jobs):
        figures.update(counted)
    compare_stacks()
    return figures
