"""Instructions, fences and locked operations per message: differences between two counts of messages under callgrind."""

import re

import urgent
from figures import DIALECTS
from tools import BUILD, HERE, WARNINGS, Failure, at_once, build, built_by, headers, made, note, run

FEW, MANY = 2048, 4096  # multiples of the ring and of the random order
OURS = ("g++", "-O2")
FLOOR = ("gcc", "-std=c11", "-O2", "-finline-limit=1000", *WARNINGS, "-no-pie", HERE / "floor" / "host.c")
FLOOR_OS = ("gcc", "-std=c11", "-Os", *WARNINGS, "-no-pie", HERE / "floor" / "host.c")


class Program:
    """A counted program and how many of each instruction a message costs."""

    def __init__(self, name, *command):
        self.name = name
        self.path = build(f"instructions/{name}", *command)
        self.locked = {"fence": set(), "rmw": set()}  # addresses
        for line in run("objdump", "-d", "--no-show-raw-insn", self.path).splitlines():
            found = re.match(r"\s*([0-9a-f]+):\s+(.*)", line)
            kind = kind_of(found.group(2)) if found else None
            if kind:
                self.locked[kind].add(int(found.group(1), 16))

    def run_once(self, arguments):
        out = BUILD / "instructions" / ("-".join([self.name, *arguments]) + ".callgrind")
        run("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--dump-instr=yes", "--compress-pos=no",
            "--compress-strings=no", self.path, *arguments, merged=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
        text = out.read_text()
        out.unlink()
        counts = {"instr": int(re.search(r"^(?:summary|totals): (\d+)", text, re.M).group(1)), "fence": 0, "rmw": 0}
        is_own = is_call = False
        for line in text.splitlines():
            if line.startswith("ob="):
                is_own = line.endswith(str(self.path))
            elif line.startswith("calls="):
                is_call = True
            elif line.startswith("0x"):
                address, _, cost = line.split()
                for kind, where in self.locked.items() if is_own and not is_call else ():
                    counts[kind] += int(cost) if int(address, 16) in where else 0
                is_call = False
        return counts

    def first_message(self):
        """Cost of the first message: none beside one."""
        none, one = (self.run_once([count, "16", "1"])["instr"] for count in ("0", "1"))
        return one - none

    def per_message(self, job):
        """Cost of one message; the job holds the arguments with {} where the count goes."""
        few, many = (self.run_once([word.format(count) for word in job]) for count in (FEW, MANY))
        return {kind: tidy((many[kind] - few[kind]) / (MANY - FEW)) for kind in few}


def tidy(value):
    """Without the digits that reading the command line leaves."""
    value = round(value, 1 if value > 10 else 3)
    return int(value) if value == int(value) else value


def kind_of(instruction):
    if re.match(r"mfence|lock or[ql]?\s+\$0x0,(-?0x\w+)?\(%[re]sp\)", instruction):
        return "fence"
    if re.match(r"lock\s|xchg.*\(", instruction):
        return "rmw"
    return None


def ours(name, *defines):
    source = name.split("-")[0]
    return Program(name, "g++", "-std=c++20", "-O2", *WARNINGS, *defines, headers(), "-no-pie",
                   HERE / "instructions" / f"{source}.cpp")


def programs(pools=(1, 1000)):
    """All counted programs by name."""
    def one(name):
        if name == "floor":
            return Program("floor", *FLOOR)
        if name == "floor_os":
            return Program("floor_os", *FLOOR_OS)
        if name == "copy_os":
            return Program(name, "g++", "-std=c++20", "-Os", *WARNINGS, headers(), "-no-pie", HERE / "instructions" / "copy.cpp")
        if name == "dispatch_plain":
            return Program(name, "g++", "-std=c++20", "-O2", *WARNINGS, headers(), "-no-pie", "-DPLAIN",
                           HERE / "instructions" / "dispatch.cpp")
        what = name.partition("-")[2]
        defines = [f"-D{'ENDPOINTS' if what.isdigit() else 'DIALECT'}={what}"] if what else []
        bound = ["-Wl,-z,now"] if name.startswith("first") else []  # else the first call of a library function counts
        return ours(name, *bound, *defines)
    names = [f"pool-{size}" for size in pools] + ["copy", "copy_os", "user", "zero_copy", "round_trip", "round_trip-openamp", "dispatch", "dispatch_plain", "create-10000", "bind-2000", "hub", "first-16",
                                                  "first-4096", "floor", "floor_os", *(f"copy-{dialect}" for dialect in DIALECTS)]
    return dict(zip(names, at_once(one, names)))


def measure():
    built = programs()
    jobs = {
        "lockstep16": ("copy", ["{}", "16", "1"]),
        "burst16": ("copy", ["{}", "16", "16"]),
        "lockstep496": ("copy", ["{}", "496", "1"]),
        "zerocopy": ("zero_copy", ["{}", "16", "1"]),
        "roundtrip": ("round_trip", ["{}", "16", "1"]),
        "os": ("copy_os", ["{}", "16", "1"]),
        "user": ("user", ["{}", "16", "1"]),
        "roundtrip openamp": ("round_trip-openamp", ["{}", "16", "1"]),
        "pool1": ("pool-1", ["{}", "16", "1"]),
        "pool1000": ("pool-1000", ["{}", "16", "1"]),
        "dispatch": ("dispatch", ["{}", "16", "1"]),
        "dispatch plain": ("dispatch_plain", ["{}", "16", "1"]),
        "create": ("create-10000", ["{}", "16", "1"]),
        "bind": ("bind-2000", ["{}", "16", "1"]),
        "hub": ("hub", ["{}", "16", "1"]),
        **{dialect: (f"copy-{dialect}", ["{}", "16", "1"]) for dialect in DIALECTS},
        "floor lockstep16": ("floor", ["lockstep", "{}", "16"]),
        "floor burst16": ("floor", ["burst", "{}", "16"]),
        "floor lockstep496": ("floor", ["lockstep", "{}", "496"]),
        "floor os": ("floor_os", ["lockstep", "{}", "16"]),
        "floor roundtrip": ("floor", ["roundtrip", "{}", "16"]),
    }

    def count(item):
        name, (program, job) = item
        note(f"counting {name}")
        return built[program].per_message(job)

    cost = dict(zip(jobs, at_once(count, jobs.items())))
    lockstep, burst = cost["lockstep16"], cost["burst16"]
    if lockstep["fence"] == 0:
        raise Failure("no fence was seen: is this an x86-64 machine?")
    made["floor.os.copy16.lockstep.instr"] = built_by(FLOOR_OS)
    made["host.os.copy16.lockstep.instr"] = built_by(("g++", "-Os"))
    made.update({f"floor.{name}": built_by(FLOOR) for name in ("copy16.lockstep.instr", "copy16.burst.instr", "copy496.lockstep.instr",
                                                               "roundtrip16.instr", "fences")})
    return {
        "host.copy16.lockstep.instr": lockstep["instr"],
        "host.user.lockstep.instr": cost["user"]["instr"],
        "host.os.copy16.lockstep.instr": cost["os"]["instr"],
        "host.openamp.roundtrip16.instr": cost["roundtrip openamp"]["instr"],
        "host.copy16.burst.instr": burst["instr"],
        "host.copy496.lockstep.instr": cost["lockstep496"]["instr"],
        "host.zerocopy.instr": cost["zerocopy"]["instr"],
        "host.roundtrip16.instr": cost["roundtrip"]["instr"],
        "host.pool1000.extra.instr": max(0, tidy(cost["pool1000"]["instr"] - cost["pool1"]["instr"])),
        "host.dispatch.extra.instr": tidy(cost["dispatch"]["instr"] - cost["dispatch plain"]["instr"]),
        **urgent.handlers_before(),
        "host.pool10000.create.instr": cost["create"]["instr"],
        "host.bind2000.instr": cost["bind"]["instr"],
        "hub.copy16.ratio": tidy((cost["hub"]["instr"] - lockstep["instr"]) / lockstep["instr"]),
        "host.first16.instr": built["first-16"].first_message(),
        "host.first4096.instr": built["first-4096"].first_message(),
        **{f"host.{dialect}.copy16.lockstep.instr": cost[dialect]["instr"] for dialect in DIALECTS},
        "host.fences": lockstep["fence"],
        "host.fences.burst": burst["fence"],
        "host.rmw": max(one["rmw"] for name, one in cost.items() if not name.startswith("floor")),
        "host.pool1.instr": cost["pool1"]["instr"],
        "floor.copy16.lockstep.instr": cost["floor lockstep16"]["instr"],
        "floor.copy16.burst.instr": cost["floor burst16"]["instr"],
        "floor.copy496.lockstep.instr": cost["floor lockstep496"]["instr"],
        "floor.roundtrip16.instr": cost["floor roundtrip"]["instr"],
        "floor.os.copy16.lockstep.instr": cost["floor os"]["instr"],
        "floor.fences": cost["floor lockstep16"]["fence"],
    }
