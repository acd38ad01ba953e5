"""The peers. What they cost as measured earlier: OpenAMP (open-amp 23d4c5d with libmetal bd97c9a) and rpmsg-lite a300ec8,
both unmodified, GCC 12.2, on the same work."""

import os
import re
from pathlib import Path

from instructions import Program
from tools import BUILD, HERE, Failure, at_once, build, built_by, made, note, run

BY_PAYLOAD = {
    "OpenAMP": {16: 885, 64: 945, 256: 1185, 496: 1485},
    "rpmsg-lite": {16: 418, 64: 419, 256: 437, 496: 484},
}
BY_ENDPOINTS = {
    "OpenAMP": {1: 885, 16: 957, 256: 2144, 1000: 5999},
    "rpmsg-lite": {1: 418, 16: 466, 256: 1189, 1000: 3364},
}
BY_CASE = {
    "lockstep": {"rpmsg-lite": 418, "OpenAMP": 885},
    "burst": {"rpmsg-lite": 355, "OpenAMP": 811},
    "zero-copy": {"rpmsg-lite": 477, "OpenAMP": 883},
    "round trip": {"rpmsg-lite": 837, "OpenAMP": 1767},
}
FLASH = {
    "m0plus": {"rpmsg-lite": 1696, "OpenAMP": 5431},
    "m4": {"rpmsg-lite": 1508, "OpenAMP": 5165},
    "m33": {"rpmsg-lite": 1508, "OpenAMP": 5035},
}

# Where the sources of a peer are at hand, the same work is counted with them. Nothing of theirs is kept or fetched here.
WORKS = {"copy16.lockstep": ("lockstep", "16"), "copy16.burst": ("burst", "16"), "copy496.lockstep": ("lockstep", "496"),
         "zerocopy": ("zerocopy", "16"), "roundtrip16": ("roundtrip", "16")}
EMULATED = {"": ("-Os", False, True), ".lto": ("-Os", True, True), ".o2": ("-O2", False, True), ".o2.lto": ("-O2", True, True),
            ".unlocked": ("-Os", False, False), ".unlocked.lto": ("-Os", True, False)}


def rpmsg_lite_sources():
    folder = os.environ["RPMSG_LITE_SOURCE"]
    library = Path(folder) / "lib"
    if not (library / "include" / "rpmsg_lite.h").exists():
        raise Failure(f"RPMSG_LITE_SOURCE={folder} is no copy of rpmsg-lite: there is no lib/include/rpmsg_lite.h")
    sources = ["rpmsg_lite/rpmsg_lite.c", "virtio/virtqueue.c", "common/llist.c",
               "rpmsg_lite/porting/environment/rpmsg_env_bm.c"]
    includes = [f"-I{HERE / 'peers'}", f"-I{library / 'include'}", f"-I{library / 'include/environment/bm'}"]
    return library, [library / one for one in sources], includes


def rpmsg_lite(*options):
    _, sources, includes = rpmsg_lite_sources()
    return ["gcc", "-std=gnu11", *options, "-w", "-no-pie", *includes, HERE / "peers" / "rpmsg_lite.c", *sources]


def rpmsg_lite_objects(prefix, *options, lock):
    """The objects of an echo on a Cortex-M; the lock masks interrupts, or is none."""
    library, sources, includes = rpmsg_lite_sources()
    objects = []
    for source in [HERE / "peers" / "rpmsg_lite_echo.c", *sources, library / "rpmsg_lite" / "rpmsg_ns.c"]:
        own = ["-DMASK_INTERRUPTS"] if lock else []
        if lock and source.stem == "rpmsg_env_bm":  # the lock that it has gives way to that of the echo
            own = ["-Denv_lock_mutex=no_lock_mutex", "-Denv_unlock_mutex=no_unlock_mutex"]
        objects.append(build(f"{prefix}-{source.stem}.o", "arm-none-eabi-gcc", "-std=gnu11", "-mthumb", "-ffunction-sections",
                             "-fdata-sections", "-w", "-DRL_BUFFER_COUNT=8U", "-DVRING_SIZE=0x140UL", *includes, *own, *options,
                             "-c", source))
    return objects


def openamp_prefix():
    """Where OpenAMP is installed: as the user says, or built by CMake in Release from the sources that the user names."""
    if not os.environ.get("OPENAMP_SOURCE"):
        return Path(os.environ["OPENAMP_PREFIX"]), "built by the user"
    prefix = BUILD / "peers" / "prefix"
    for variable, name in (("LIBMETAL_SOURCE", "libmetal"), ("OPENAMP_SOURCE", "open-amp")):
        source = os.environ.get(variable)
        if not source or not (Path(source) / "CMakeLists.txt").exists():
            raise Failure(f"{variable}={source or ''} is no copy of {name}: there is no CMakeLists.txt")
        note(f"building {name}")
        folder = BUILD / "peers" / name
        run("cmake", "--log-level=ERROR", "-S", source, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DWITH_DOC=OFF", "-DWITH_TESTS=OFF",
            "-DWITH_EXAMPLES=OFF", "-DWITH_SHARED_LIB=OFF", "-DWITH_STATIC_LIB=ON", f"-DCMAKE_INSTALL_PREFIX={prefix}",
            "-DCMAKE_INSTALL_LIBDIR=lib", f"-DCMAKE_INCLUDE_PATH={prefix / 'include'}", f"-DCMAKE_LIBRARY_PATH={prefix / 'lib'}")
        run("cmake", "--build", folder, "--target", "install")
    flags = (BUILD / "peers" / "open-amp" / "CMakeCache.txt").read_text()
    release = re.search(r"^CMAKE_C_FLAGS_RELEASE:\w+=(.*)$", flags, re.M)
    return prefix, f"CMake Release ({release.group(1) if release else ''})"


def openamp():
    prefix, how = openamp_prefix()
    if not (prefix / "include" / "openamp").is_dir():
        raise Failure(f"OPENAMP_PREFIX={prefix} holds no OpenAMP: there is no include/openamp")
    folders = sorted({path.parent for path in prefix.glob("lib*/**/libopen_amp.*")} |
                     {path.parent for path in prefix.glob("lib*/**/libmetal.*")})
    names = {path.name.split(".")[0] for folder in folders for path in folder.iterdir()}
    for library in ("libopen_amp", "libmetal"):
        if library not in names:
            raise Failure(f"{library} is missing in {prefix}, static and shared")
    where = [option for folder in folders for option in (f"-L{folder}", f"-Wl,-rpath,{folder}")]
    has_sysfs = "/" in run("gcc", "-print-file-name=libsysfs.so").strip()
    sysfs = ["-lsysfs"] if has_sysfs else []  # a static libmetal wants it
    return ["gcc", "-std=gnu11", "-O2", "-w", "-no-pie", f"-I{prefix / 'include'}", HERE / "peers" / "openamp.c", *where,
            "-lopen_amp", "-lmetal", *sysfs], how


def words_of(failure):
    """Why something is missing, in one line: what the compiler or the program said, without the command."""
    lines = str(failure).splitlines()
    telling = [line for line in lines[1:] if not line.startswith(("CMake Error at", "-- ")) and
               re.search(r"Could NOT find|error|cannot|undefined|OpenAMP:|rpmsg-lite:|Error", line)]
    return (telling or lines[:1])[0].strip()


def count_on_host(peer, command, missing):
    """The works of a peer that can be counted; why the others cannot."""
    try:
        program = Program(f"peer-{peer}", *command)
    except Failure as failure:
        missing[peer] = words_of(failure)
        return {}

    def count(name):
        work, size = WORKS[name]
        try:
            return program.per_message([work, "{}", size])["instr"]
        except Failure as failure:
            missing[f"{peer}, {name}"] = words_of(failure)
            return None

    return {name: cost for name, cost in zip(WORKS, at_once(count, WORKS)) if cost is not None}


def on_host(missing):
    """What each peer at hand needs: {peer: {figure without its host. and .instr: value}}, and how each was built."""
    beside, built = {}, {}
    if os.environ.get("RPMSG_LITE_SOURCE"):
        for peer, options in (("rpmsg-lite", ["-O2"]), ("rpmsg-lite+LTO", ["-O2", "-flto"]), ("rpmsg-lite-Os", ["-Os"])):
            try:
                command = rpmsg_lite(*options)
            except Failure as failure:
                missing[peer] = words_of(failure)
                continue
            beside[peer] = count_on_host(peer, command, missing)
            built[peer] = built_by(("gcc", *options))
    if os.environ.get("OPENAMP_PREFIX") or os.environ.get("OPENAMP_SOURCE"):
        try:
            command, how = openamp()
            beside["OpenAMP"] = count_on_host("OpenAMP", command, missing)
            built["OpenAMP"] = f"{how}, {built_by(('gcc', '-O2'))}"
        except Failure as failure:
            missing["OpenAMP"] = words_of(failure)
    return {peer: costs for peer, costs in beside.items() if costs}, built


def in_emulator(missing):
    """Instructions of rpmsg-lite's echo."""
    import emulated

    def count(job):
        core, variant = job
        level, lto, lock = EMULATED[variant]
        name = f"echo16.{core}.rpmsg_lite{variant}.instr"
        try:
            made[name] = built_by(("arm-none-eabi-gcc", level, *(["-flto"] if lto else [])))
            return name, emulated.count_rpmsg_lite(core, level, lto=lto, lock=lock)
        except Failure as failure:
            missing[name] = words_of(failure)
            return name, None

    jobs = [(core, variant) for core in ("m0", "m4") for variant in EMULATED]
    return {name: cost for name, cost in at_once(count, jobs) if cost is not None}


def flash(missing):
    """Bytes of rpmsg-lite's share of an echo that announces its name."""
    import size

    def share(job):
        core, lto = job
        name = f"size.{core}.rpmsg_lite{'.lto' if lto else ''}.bytes"
        flags = ["-Os", *(["-flto"] if lto else [])]
        try:
            prefix = f"firmware/{core}-lite{'-lto' if lto else ''}"
            objects = rpmsg_lite_objects(prefix, f"-mcpu={size.CORES[core]}", "-DIMAGE", *flags, lock=True)
            made[name] = built_by(("arm-none-eabi-gcc", *flags))
            image = size.link_objects(core, f"{prefix}.elf", *objects, *flags)
            return name, size.flash(image) - size.flash(size.link(core, "size/bare.cpp"))
        except Failure as failure:
            missing[name] = words_of(failure)
            return name, None

    jobs = [(core, lto) for core in size.CORES for lto in (False, True)]
    return {name: cost for name, cost in at_once(share, jobs) if cost is not None}


def measure(groups):
    """Figures of the peers at hand on this machine, by peer, how each was built, further figures by name, and why some are
    missing. What a peer lacks fails nothing."""
    missing, more = {}, {}
    beside, built = on_host(missing) if "instructions" in groups else ({}, {})
    if os.environ.get("RPMSG_LITE_SOURCE") and (Path(os.environ["RPMSG_LITE_SOURCE"]) / "lib").is_dir():
        if "emulated" in groups:
            more.update(in_emulator(missing))
        if "size" in groups:
            more.update(flash(missing))
    return beside, built, more, missing
