"""The deepest stack of a send and of a poll on Cortex-M33, and what a channel that is made at run time takes of the stack for
its endpoints. Frames come from GCC (-fcallgraph-info=su), calls from the
code itself: what GCC writes down is from before its last passes."""

import re

from size import C, compile_for, short
from tools import CORES, HERE, Failure, build, built_by, made, note, run


class Graph:
    """Functions by symbol: their own frame, whom they call, how people know them."""

    def __init__(self, obj, image):
        self.frame, self.label, self.calls, self.tail_calls = {}, {}, {}, {}
        for name, label in re.findall(r'^node: \{ title: "([^"]+)" label: "([^"]*)"', obj.with_suffix(".ci").read_text(), re.M):
            found = re.search(r"(\d+) bytes \(([^)]*)\)", label)
            if found and found.group(2) == "dynamic":
                raise Failure(f"{name} takes stack without a bound")
            if found:
                symbol = name.split(":")[-1]
                self.frame[symbol] = int(found.group(1))
                self.label[symbol] = short(label.split("\\n")[0].split("(")[0]).split()[-1]
        self.image = image
        self.not_counted = {"consume"}  # the handler
        self.correct_frames(run("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", obj))
        taken = re.findall(r"R_ARM_(?:ABS32|THM_MOVW_ABS_NC)\s+(?:\.text\.)?(\S+)", run("arm-none-eabi-objdump", "-r", obj))
        self.read_code(run("arm-none-eabi-objdump", "-dr", "--no-show-raw-insn", obj), set(taken) & set(self.frame))

    def correct_frames(self, code):
        """GCC leaves out what a function moves from registers to the stack before its frame, where an argument lies in both."""
        for name, body in re.findall(r"^[0-9a-f]+ <(.+)>:\n((?:.+\n)+)", code, re.M):
            if name in self.frame:
                self.frame[name] = max(self.frame[name], frame_in(body))

    def read_code(self, text, taken):
        """Who calls whom. A call through a pointer may reach every function whose address is taken; where there is none
        the pointer is null."""
        caller = None
        for line in text.splitlines():
            if begins := re.match(r"[0-9a-f]+ <(.+)>:$", line):
                caller = begins.group(1)
            elif found := re.search(r"R_ARM_THM_(CALL|JUMP24|JUMP19)\s+([^\s+-]+)", line):
                (self.calls if found.group(1) == "CALL" else self.tail_calls).setdefault(caller, set()).add(found.group(2))
            elif found := re.search(r"\s(blx|bx)\s+(?!lr)\w+$", line):
                (self.calls if found.group(1) == "blx" else self.tail_calls).setdefault(caller, set()).update(taken)
                note("")
                print(f"stack: {self.label[caller]} calls through a pointer, one of {len(taken)} functions")

    def helper_frame(self, name):
        """What a function of libc takes: its pushes and what it subtracts from the stack pointer."""
        body = re.search(rf"^[0-9a-f]+ <{re.escape(name)}>:\n(.*?)(?:\n\n|\Z)", self.image, re.M | re.S)
        if not body:
            raise Failure(f"the stack of {name} is not known")
        return frame_in(body.group(1))

    def deepest(self, name, above=()):
        """The worst chain from a function down, with its bytes."""
        if name in self.not_counted:
            return 0, []
        if name in above:
            raise Failure(f"{self.label.get(name, name)} calls itself: its stack has no bound")
        frame = self.frame[name] if name in self.frame else self.helper_frame(name)
        below = [self.deepest(callee, (*above, name)) for callee in sorted(self.calls.get(name, ()))]
        size, chain = max(below, default=(0, []), key=lambda one: one[0])
        here = (size + frame, [(name, frame), *chain])
        instead = [self.deepest(callee, (*above, name)) for callee in sorted(self.tail_calls.get(name, ()))]
        return max([here, *instead], key=lambda one: one[0])


def expand(registers):
    """r4-r7 are four registers."""
    names = []
    for part in registers.replace(" ", "").split(","):
        found = re.fullmatch(r"r(\d+)-r(\d+)", part)
        names += [f"r{i}" for i in range(int(found.group(1)), int(found.group(2)) + 1)] if found else [part]
    return names


def frame_in(code):
    """What the code of a function pushes and subtracts from the stack pointer."""
    pushed = sum(len(expand(registers)) for registers in re.findall(r"\b(?:push|stmdb\s+sp!,)\s*\{([^}]*)\}", code))
    reserved = sum(int(size) for size in re.findall(r"\bsub(?:w|\.w)?\s+sp, (?:sp, )?#(\d+)", code))
    return 4 * pushed + reserved


def analyse(obj, prefix="stack"):
    """The figures of stack/calls.cpp, compiled for Cortex-M33 with -fcallgraph-info=su."""
    elf = build(f"stack/{obj.stem}.elf", "arm-none-eabi-g++", "-mthumb", f"-mcpu={CORES['m33']}", "-nostartfiles",
                "--specs=nano.specs", "-Wl,--gc-sections,-e,measured_poll,-u,measured_send", obj,
                compile_for("m33", "stack/handler.cpp"))
    graph = Graph(obj, run("arm-none-eabi-objdump", "-d", elf))
    note("")

    def figure(name, root):
        size, chain = graph.deepest(root)
        print(f"{prefix}.{name}: " + " > ".join(f"{graph.label.get(symbol, symbol)} {frame}" for symbol, frame in chain))
        return chain, {f"{prefix}.{name}": size}

    chain, send = figure("send.bytes", "measured_send")
    _, poll = figure("poll.bytes", "measured_poll")
    graph.not_counted.update(symbol for symbol, _ in chain[1:2])  # what poll sends by itself: that is the figure above
    _, receive = figure("receive.bytes", "measured_poll")
    return send | receive | poll


def pool_frames():
    """What the endpoints of stack/pool.cpp take of the frame of a function that makes a channel, beside what it takes without
    any. A dynamic frame has no bound."""
    obj = compile_for("m33", "stack/pool.cpp", f"-I{HERE / 'size'}", "-fstack-usage")
    rows = re.findall(r"measured_(\w+)\(.*?\)\t(\d+)\tstatic$", obj.with_suffix(".su").read_text(), re.M)
    frames = {name: int(size) for name, size in rows}
    if frames.keys() != {"without", "given", "in_place"}:
        raise Failure("the frames of stack/pool.cpp are not known")
    return {"stack.main.pool64.bytes": frames["given"] - frames["without"],
            "stack.main.pool64.in_place.bytes": frames["in_place"] - frames["without"]}


def measure():
    floor = compile_for("m33", "floor/echo.c", "-DMEASURED", "-DCONSUME", "-fcallgraph-info=su", variant="-stack")
    floor_figures = analyse(floor, "floor.stack")
    made.update(dict.fromkeys(floor_figures, built_by(tuple(C))))
    return (analyse(compile_for("m33", "stack/calls.cpp", f"-I{HERE / 'size'}", "-fcallgraph-info=su")) | pool_frames() |
            floor_figures)
