"""What firmware does as it runs in QEMU: instructions of an echo, and how deep the stack of the measured calls really goes."""

import re

import stack
from size import CPP
from tools import HERE, ROOT, WARNINGS, Failure, at_once, build, headers, note, run

EXAMPLES = ROOT / "examples" / "firmware"
# The option for the compiler, where the shared block lies, QEMU's machine, the folder and the name of its linker script.
BOARDS = {"m0": ("cortex-m0", 0x20001000, "microbit", "microbit", "link"),
          "m4": ("cortex-m4", 0x20001000, "mps2-an386", "microbit", "link"),  # the memory of either begins at the same place
          "m33": ("cortex-m33+nodsp", 0x30000000, "mps2-an521", "mps2_an521", "host")}


def compile_for(core, path, *more):
    cpu, shared = BOARDS[core][:2]
    return build(f"emulated/{core}-{path.stem}.o", *CPP, headers(), f"-I{HERE / 'emulated'}", f"-I{EXAMPLES}",
                 f"-I{EXAMPLES / 'cortex_m'}", f"-DSHARED_START={shared}", *WARNINGS, f"-mcpu={cpu}", *more, "-c", path)


def link(core, *objects):
    cpu, _, _, folder, script = BOARDS[core]
    start = [compile_for(core, EXAMPLES / "cortex_m" / "start.cpp"), compile_for(core, EXAMPLES / folder / "vectors.cpp")]
    return build(f"emulated/{core}-{objects[0].stem}.elf", "arm-none-eabi-g++", "-mthumb", f"-mcpu={cpu}", "-nostartfiles",
                 "--specs=nano.specs", "-Wl,--gc-sections", "-L", EXAMPLES / "cortex_m", "-T",
                 EXAMPLES / folder / f"{script}.ld", *start, *objects)


def said_by(core, *objects):
    """Runs an image; the lines of a name and a number that it prints. Every instruction takes 1024 ns."""
    image = link(core, *objects)
    note(f"running {image.name}")
    text = run("qemu-system-arm", "-M", BOARDS[core][2], "-display", "none", "-monitor", "none", "-serial", "null",
               "-semihosting-config", "enable=on,target=native", "-icount", "shift=10,align=off,sleep=off", "-kernel", image,
               merged=True, patience=60)
    return {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)$", text, re.M)}


def count(core):
    said = said_by(core, *(compile_for(core, HERE / "emulated" / f"{name}.cpp") for name in ("count", "echo")))
    return {f"{name}.{core}.instr": value for name, value in said.items()}


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
    for counted in at_once(count, BOARDS):
        figures.update(counted)
    compare_stacks()
    return figures
