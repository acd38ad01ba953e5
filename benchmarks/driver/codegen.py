"""What the compiler must make of the library. Every check has a program that is wrong on purpose, for --self-test."""

import re

from size import compile_for, link, sections
from tools import CORES, at_once, note, run

FORBIDDEN = {
    "heap": r"malloc|calloc|realloc|free|_malloc_r|_free_r|_Zn[wa]\w*|_Zd[la]\w*",
    "guards of local statics": r"__cxa_guard_\w+",
    "destructors at exit": r"__aeabi_atexit|__cxa_atexit|atexit",
    "atomics of a library": r"__atomic_\w+|__sync_\w+",
    "ends of the program": r"abort|exit|_ZSt\d+__throw_\w+|__cxa_throw|_Unwind_\w+",
    "pure virtual calls": r"__cxa_pure_virtual",
}


def symbols(file):
    return {line.split()[-1] for line in run("arm-none-eabi-nm", file).splitlines() if line.strip()}


def instructions(file):
    """Mnemonic and operands of each instruction in order, relocations among them."""
    text = run("arm-none-eabi-objdump", "-dr", "--no-show-raw-insn", file)
    return [found.group(1, 2) for found in re.finditer(r"^\s*[0-9a-f]+:\s+(\S+)(?:\s+([^@;\n]*))?", text, re.M)]


def find_table_jump(obj):
    """A jump through a table that is about as long as there are endpoints."""
    code = instructions(obj)
    for i, (mnemonic, operands) in enumerate(code):
        is_jump = re.match(r"tb[bh]$", mnemonic) or (mnemonic.startswith("ldr") and re.match(r"pc, \[(?!sp)", operands or ""))
        before = " ".join(f"{m} {o}" for m, o in code[max(0, i - 6):i])
        if is_jump and any(int(limit) >= 12 for limit in re.findall(r"cmp\S* \w+, #(\d+)", before)):
            return []
    return ["no jump through a table (tbb, tbh or a load of pc) for 12 endpoints or more"]


def find_bytewise(obj):
    """No word is put together from the bytes of neighbouring addresses."""
    code = instructions(obj)
    problems = []
    for i, (mnemonic, operands) in enumerate(code):
        first = re.match(r"\w+, \[(\w+)(?:, #(\d+))?\]", operands or "") if mnemonic.startswith("ldrb") else None
        if not first:
            continue
        window = code[i + 1:i + 8]
        base, offset = first.group(1), int(first.group(2) or 0)
        near = "|".join(str(n) for n in (offset - 1, offset + 1) if n > 0) or "1"
        neighbour = any(m.startswith("ldrb") and re.match(rf"\w+, \[{base}, #({near})\]", o or "") for m, o in window)
        shifted = any(m.startswith("lsl") and re.search(r"#(8|16|24)$", (o or "").strip()) for m, o in window)
        if neighbour and shifted:
            problems.append(f"bytes at [{base}, #{offset}] and beside it are put together")
    return problems


def find_copied(obj):
    """No call copies a word or two."""
    code = instructions(obj)
    problems = []
    for i, (_, operands) in enumerate(code):
        if re.search(r"\b(__aeabi_)?mem(cpy|move)\d?\b", operands or ""):
            sizes = [re.match(r"r2, #(\d+)", o or "") for m, o in code[max(0, i - 6):i] if m.startswith("mov")]
            problems += [f"a call copies {found.group(1)} bytes" for found in sizes if found and int(found.group(1)) <= 8]
    return problems


def find_runtime(file):
    """Nothing of a run-time library but memcpy and its like; nothing that runs before main."""
    there = symbols(file)
    problems = []
    for what, pattern in FORBIDDEN.items():
        bad = sorted(name for name in there if re.fullmatch(pattern, name))
        if bad:
            problems.append(f"{what}: {', '.join(bad)}")
    early = [name for name, size in sections(file).items() if re.match(r"\.(init|fini|preinit)_array", name) and size]
    return problems + [f"code before main: {name}" for name in early]


def checks():
    """Name, function, program, core, and the program that must fail."""
    for core in ("m4", "m33"):
        yield f"dispatch over 16 endpoints is a table jump, {core}", find_table_jump, "codegen/dispatch.cpp", core, "chain"
    for core in CORES:
        yield f"words of the wire are loaded as words, {core}", find_bytewise, "size/echo.cpp", core, "bytewise"
        yield f"no call copies a word, {core}", find_copied, "size/echo.cpp", core, "copied"
        yield f"no heap, guards, atexit, atomics or start-up code, {core}", find_runtime, "size/echo.cpp", core, "runtime"


def measure():
    """Runs all checks; answers whether none failed."""
    def one(check):
        name, find, source, core, _ = check
        problems = find(compile_for(core, source))
        if find is find_runtime:
            problems += find(link(core, source))
        return name, problems

    results = at_once(one, list(checks()))
    data = {core: run("arm-none-eabi-nm", "-C", "-S", link(core, "size/echo.cpp")) for core in CORES}
    note("")
    for name, problems in results:
        print(f"codegen: {name}: " + ("; ".join(problems[:4]) if problems else "ok"))
    for core, text in data.items():
        held = [f"{name} {int(size, 16)}" for size, name in re.findall(r"^\w+ (\w+) [dD] (.+)$", text, re.M)]
        print(f"codegen: initialised data, {core}: " + (", ".join(held) or "none"))
    return not any(problems for _, problems in results)


def self_test():
    """Whether each check fails for the program that is wrong on purpose."""
    good = True
    for name, find, _, core, seeded in checks():
        if find in (find_bytewise, find_copied) and core != "m0plus":
            continue  # the other cores load a word from any address
        problems = find(compile_for(core, f"codegen/seeded/{seeded}.cpp"))
        note("")
        print(f"self-test: {name}: " + (f"fails as it should ({problems[0]})" if problems else "DOES NOT FAIL"))
        wanted = [*FORBIDDEN, "code before main"] if find is find_runtime else []
        unseen = [what for what in wanted if not any(problem.startswith(what) for problem in problems)]
        if unseen:
            print(f"self-test: {name}: DOES NOT SEE {', '.join(unseen)}")
        good = good and bool(problems) and not unseen
    return good
