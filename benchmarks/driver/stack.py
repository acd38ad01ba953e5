"""The deepest stack of a send and of a poll on Cortex-M33, from the call graph that GCC writes (-fcallgraph-info=su)."""

import re

from size import compile_for, short
from tools import CORES, HERE, Failure, build, note, run

ROOTS = {"stack.send.bytes": "measured_send", "stack.receive.bytes": "measured_poll"}
NOT_COUNTED = {"consume"}  # the handler


class Graph:
    """Functions by name: their own frame, whom they call, how people know them."""

    def __init__(self, text, disassembly):
        self.frame, self.calls, self.label = {}, {}, {}
        for name, label in re.findall(r'^node: \{ title: "([^"]+)" label: "([^"]*)"', text, re.M):
            found = re.search(r"(\d+) bytes \(([^)]*)\)", label)
            if found and found.group(2) == "dynamic":
                raise Failure(f"{name} takes stack without a bound")
            self.frame[name] = int(found.group(1)) if found else self.helper_frame(name, disassembly)
            self.label[name] = short(label.split("\\n")[0].split("(")[0]).split()[-1]
        for caller, callee in re.findall(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text, re.M):
            self.calls.setdefault(caller, set()).add(callee)

    @staticmethod
    def helper_frame(name, disassembly):
        """What a function of libc takes: its pushes and what it subtracts from the stack pointer."""
        if name in NOT_COUNTED:
            return 0
        if name == "__indirect_call":
            raise Failure("an indirect call: its stack is not known")
        body = re.search(rf"^[0-9a-f]+ <{re.escape(name)}>:\n(.*?)(?:\n\n|\Z)", disassembly, re.M | re.S)
        if not body:
            raise Failure(f"the stack of {name} is not known")
        pushed = sum(len(expand(registers)) for registers in re.findall(r"\b(?:push|stmdb\s+sp!,)\s*\{([^}]*)\}", body.group(1)))
        reserved = sum(int(size) for size in re.findall(r"\bsub(?:w|\.w)?\s+sp, (?:sp, )?#(\d+)", body.group(1)))
        return 4 * pushed + reserved

    def deepest(self, name, above=()):
        """The worst chain from a function down, with its bytes."""
        if name in above:
            raise Failure(f"{self.label[name]} calls itself: its stack has no bound")
        below = [self.deepest(callee, (*above, name)) for callee in sorted(self.calls.get(name, ()))]
        size, chain = max(below, default=(0, []), key=lambda one: one[0])
        return size + self.frame[name], [(self.label[name], self.frame[name]), *chain]


def expand(registers):
    """r4-r7 are four registers."""
    names = []
    for part in registers.replace(" ", "").split(","):
        found = re.fullmatch(r"r(\d+)-r(\d+)", part)
        names += [f"r{i}" for i in range(int(found.group(1)), int(found.group(2)) + 1)] if found else [part]
    return names


def measure():
    source = HERE / "stack" / "calls.cpp"
    obj = compile_for("m33", source.relative_to(HERE), "-fcallgraph-info=su")
    elf = build("stack/calls.elf", "arm-none-eabi-g++", "-mthumb", f"-mcpu={CORES['m33']}", "-nostartfiles",
                "--specs=nano.specs", "-Wl,--gc-sections,-e,measured_poll,-u,measured_send,--unresolved-symbols=ignore-all", obj)
    graph = Graph(obj.with_suffix(".ci").read_text(), run("arm-none-eabi-objdump", "-d", elf))
    figures = {}
    note("")
    for name, root in ROOTS.items():
        start = next(node for node in graph.frame if node.split(":")[-1] == root)
        figures[name], chain = graph.deepest(start)
        print(f"{name}: " + " > ".join(f"{label} {size}" for label, size in chain))
    return figures
