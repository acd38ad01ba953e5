"""The peers. What they cost as measured earlier: OpenAMP (open-amp 23d4c5d with libmetal bd97c9a) and rpmsg-lite a300ec8,
both unmodified, GCC 12.2, on the same work."""

import os
from pathlib import Path

from instructions import Program
from tools import HERE, Failure, at_once

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


def rpmsg_lite(folder):
    library = Path(folder) / "lib"
    if not (library / "include" / "rpmsg_lite.h").exists():
        raise Failure(f"RPMSG_LITE_SOURCE={folder} is no copy of rpmsg-lite: there is no lib/include/rpmsg_lite.h")
    sources = ["rpmsg_lite/rpmsg_lite.c", "virtio/virtqueue.c", "common/llist.c",
               "rpmsg_lite/porting/environment/rpmsg_env_bm.c"]
    return ["gcc", "-std=gnu11", "-O2", "-w", "-no-pie", f"-I{HERE / 'peers'}", f"-I{library / 'include'}",
            f"-I{library / 'include/environment/bm'}", HERE / "peers" / "rpmsg_lite.c", *(library / one for one in sources)]


def openamp(folder):
    prefix = Path(folder)
    if not (prefix / "include" / "openamp").is_dir():
        raise Failure(f"OPENAMP_PREFIX={folder} holds no OpenAMP: there is no include/openamp")
    return ["gcc", "-std=gnu11", "-O2", "-w", "-no-pie", f"-I{prefix / 'include'}", HERE / "peers" / "openamp.c",
            f"-L{prefix / 'lib'}", "-lopen_amp", "-lmetal"]


def measure():
    """What each peer at hand needs: {peer: {figure without its host. and .instr: value}}."""
    wanted = {"rpmsg-lite": ("RPMSG_LITE_SOURCE", rpmsg_lite), "OpenAMP": ("OPENAMP_PREFIX", openamp)}
    found = {}
    for peer, (variable, command) in wanted.items():
        if os.environ.get(variable):
            program = Program(f"peer-{peer}", *command(os.environ[variable]))
            costs = at_once(lambda job: program.per_message([job[0], "{}", job[1]])["instr"], WORKS.values())
            found[peer] = dict(zip(WORKS, costs))
    return found
