"""Compilers, folders and processes: what every group of figures needs."""

import functools
import os
import re
import shlex
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "benchmarks"
BUILD = Path(os.environ.get("RPMSG_BUILD", ROOT / "build")) / "benchmarks"

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Werror"]
CORES = {"m0plus": "cortex-m0plus", "m4": "cortex-m4", "m33": "cortex-m33"}

include = [ROOT / "include"]  # `--include` names another copy of the headers


class Failure(Exception):
    """Something that a person must hear about; ends the run with status 1."""


def note(text):
    """Tells what is being done, in one line of a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
    elif text:
        print(text, file=sys.stderr)


def run(*command, env=None, merged=False, patience=600):
    """Runs a command and answers what it wrote. It may take that many seconds."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT if merged else subprocess.PIPE, env=env, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        raise Failure(f"stopped after {patience} s: {shlex.join(words)}") from None
    except OSError as problem:
        raise Failure(f"{words[0]} cannot be run: {problem.strerror}") from None
    if done.returncode != 0:
        said = (done.stdout if merged else done.stdout + done.stderr).strip().splitlines()
        raise Failure(f"failed with status {done.returncode}: {shlex.join(words)}\n" + "\n".join(said[:12]))
    return done.stdout


@functools.lru_cache(maxsize=None)
def build_lock(output):
    return threading.Lock()


built = set()


def build(output, *command):
    """Runs a compiler whose output has this name below the build folder; once, whoever asks."""
    path = BUILD / output
    with build_lock(str(output)):
        if path not in built:
            note(f"building {output}")
            path.parent.mkdir(parents=True, exist_ok=True)
            run(*command, "-o", path)
            built.add(path)
    return path


made = {}  # compiler and options of a figure, where they are not those of its group


@functools.lru_cache(maxsize=None)
def built_by(command):
    """Compiler, version and the options that tell: a tuple of words."""
    words = [str(word) for word in command]
    options = [word for word in words if re.match(r"-O|-flto|-finline-limit", word)]
    return " ".join([words[0], compiler_version(words[0]), *options])


def headers():
    return f"-I{include[0]}"


def at_once(work, items):
    """Does the work for each item, as many at a time as there are processors; answers in the order of the items."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(work, items))


def compiler_version(compiler):
    return run(compiler, "-dumpfullversion").strip()


def environment(toolchain):
    """What an exact figure depends on beside the sources."""
    if toolchain == "arm":
        return f"arm-none-eabi-g++ {compiler_version('arm-none-eabi-g++')}"
    machine = os.uname().machine
    libc = run("getconf", "GNU_LIBC_VERSION").strip()
    cpu = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    vectors = " with AVX2" if re.search(r"\bavx2\b", cpu) else ""  # memcpy differs
    return f"g++ {compiler_version('g++')}, {libc}, {machine}{vectors}"
