"""The figures that the design sets, in the order of the table: what must be reached, what is aimed at, the best peer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    unit: str = "instructions"
    must: float | None = None
    aim: float | None = None
    peer: str = ""
    toolchain: str = ""  # of exact figures: "host" or "arm"; they are compared with the record
    meaning: str = ""
    at_least: bool = False  # more is better


DIALECTS = ("linux_virtio", "linux_bufsz", "openamp", "openamp_bufsz", "zephyr", "rpmsg_lite", "nuttx", "nuttx_lite", "openvela", "rpmsg")
ROLES = ("device", "driver")

FIGURES = [
    Figure("host.copy16.lockstep.instr", must=200, aim=160, peer="271 rpmsg-lite+LTO", toolchain="host",
           meaning="copy 16 bytes, send one, poll once"),
    Figure("host.user.lockstep.instr", must=215, aim=180, peer="271 rpmsg-lite+LTO", toolchain="host",
           meaning="the same as users write it: a local channel, handlers by reference, batch 1, 16 endpoints"),
    Figure("host.os.copy16.lockstep.instr", must=300, aim=240, peer="445 rpmsg-lite", toolchain="host",
           meaning="copy 16 bytes, send one, poll once, -Os"),
    Figure("host.copy16.burst.instr", must=140, aim=110, peer="221 rpmsg-lite+LTO", toolchain="host",
           meaning="copy 16 bytes, fill the ring of 16, poll once"),
    Figure("host.copy496.lockstep.instr", must=265, aim=210, peer="331 rpmsg-lite+LTO", toolchain="host",
           meaning="copy 496 bytes, send one, poll once"),
    Figure("host.zerocopy.instr", must=200, aim=150, peer="257 rpmsg-lite+LTO", toolchain="host",
           meaning="reserve and commit, hold and release"),
    Figure("host.roundtrip16.instr", must=380, aim=300, peer="522 rpmsg-lite+LTO", toolchain="host",
           meaning="copy 16 bytes there and back"),
    Figure("host.pool1000.extra.instr", must=20, aim=10, peer="2946 rpmsg-lite", toolchain="host",
           meaning="1000 endpoints in a pool at random, above a pool of 1"),
    Figure("host.pool10000.create.instr", must=500, aim=300, toolchain="host",
           meaning="an endpoint with a name is created in a pool of 10,000"),
    Figure("host.bind2000.instr", must=1500, aim=800, toolchain="host",
           meaning="one of 2000 names is announced, or taken back, and the message with it"),
    Figure("host.first16.instr", must=300, aim=250, toolchain="host", meaning="first message of a link with 16 buffers"),
    Figure("host.first4096.instr", must=300, aim=250, toolchain="host", meaning="the same with 4096 buffers"),
    *(Figure(f"host.{dialect}.copy16.lockstep.instr", must={"openamp": 235}.get(dialect), aim={"openamp": 210}.get(dialect),
             toolchain="host", meaning=f"copy 16 bytes, send one, poll once, {dialect}") for dialect in DIALECTS),
    Figure("host.openamp.roundtrip16.instr", must=470, aim=420, peer="522 rpmsg-lite+LTO", toolchain="host",
           meaning="copy 16 bytes there and back, openamp"),
    Figure("host.fences", "fences", 2, 2, "1 rpmsg-lite", "host", "full fences per message, lockstep"),
    Figure("host.fences.burst", "fences", 1.1, 0.2, "1 rpmsg-lite", "host", "full fences per message, burst of 16"),
    Figure("host.rmw", "operations", 0, 0, "0 rpmsg-lite", "host", "locked read-modify-writes per message"),
    Figure("host.pingpong16.ratio", "x", 2.1, 1.75, "2.3 rpmsg-lite", "",
           "16 bytes there and back between two processes, over a bare cache line"),
    Figure("host.oneway16.ratio", "x", 0.8, 0.4, "1.8 rpmsg-lite", "",
           "16 bytes one way between two processes, over half the bare round trip"),
    Figure("host.blocking.ratio", "x", 0.8, 0.4, "1 socketpair", "",
           "16 bytes there and back between two processes that sleep on a futex, over a socketpair"),
    Figure("host.blocking.looks.ratio", "x", 0.8, 0.4, "1 socketpair", "", "the same, each looks 100 times before it sleeps"),
    Figure("urgent.p99.ratio", "x", 1.5, 1.1, "", "",
           "99th percentile of an urgent request while slow ones, 10 ms each, flood the link, over idle; workers"),
    Figure("urgent.links.p99.ratio", "x", 1.5, 1.1, "", "", "the same, a link of its own"),
    Figure("urgent.priorities.p99.ratio", "x", meaning="the same, priorities in the poller"),
    Figure("urgent.plain.p99.ratio", "x", meaning="the same, a plain table"),
    Figure("size.m0plus.bytes", "bytes", 1660, 1450, "1346 rpmsg-lite+LTO", "arm", "remote echo with name service, Cortex-M0+"),
    Figure("size.m4.bytes", "bytes", None, None, "1214 rpmsg-lite+LTO", "arm", "the same, Cortex-M4 (orientation only)"),
    Figure("size.m33.bytes", "bytes", 1630, 1420, "1214 rpmsg-lite+LTO", "arm", "the same, Cortex-M33"),
    Figure("ram.bytes", "bytes", 96, 64, "284 rpmsg-lite", "arm", "RAM of the link beside the shared block"),
    *(Figure(f"size.{dialect}.{role}.m0plus.bytes", "bytes", toolchain="arm", meaning=f"the echo, {dialect}, {role}, Cortex-M0+")
      for dialect in DIALECTS for role in ROLES),
    Figure("hub.copy16.ratio", "x", 1.3, 1.1, "", "host",
           "what a hub does for 16 bytes, over one send and one poll of the same links"),
    Figure("size.hub.m33.bytes", "bytes", 1800, 1400, "", "arm", "a hub of two edges above its transports, Cortex-M33"),
    Figure("size.socket.m33.bytes", "bytes", None, 900, "", "arm", "a stream server above the echo, Cortex-M33"),
    Figure("size.qrtr.m33.bytes", "bytes", None, 700, "", "arm", "a qrtr service above the echo, Cortex-M33"),
    Figure("socket.instr.ratio", "x", 1.2, 1.08, "", "host",
           "4 KiB written to a stream socket and read, over an endpoint with the same copies"),
    Figure("stack.send.bytes", "bytes", 80, 64, "88 rpmsg-lite", "arm", "deepest stack of a send, Cortex-M33"),
    Figure("stack.receive.bytes", "bytes", 64, 48, "56 rpmsg-lite", "arm",
           "deepest stack of a poll without its handler, Cortex-M33"),
    Figure("stack.main.pool64.bytes", "bytes", 7856, 0, "", "arm",
           "endpoint_pool<64> on the stack of who makes a channel at run time, itself 7852 bytes, Cortex-M33"),
    Figure("stack.main.pool64.in_place.bytes", "bytes", 0, 0, "", "arm", "the same where the channel names its types"),
    Figure("echo16.m0.instr", must=445, aim=376, peer="377 rpmsg-lite+LTO", toolchain="arm",
           meaning="a poll that answers 16 bytes, Cortex-M0"),
    Figure("echo16.m4.instr", must=350, aim=259, peer="258 rpmsg-lite+LTO", toolchain="arm", meaning="the same, Cortex-M4"),
    Figure("echo16.m0.o2.instr", must=430, aim=362, peer="360 rpmsg-lite+LTO", toolchain="arm",
           meaning="a poll that answers 16 bytes, Cortex-M0, -O2"),
    Figure("echo16.m4.o2.instr", must=325, aim=261, peer="259 rpmsg-lite+LTO", toolchain="arm", meaning="the same, Cortex-M4"),
    Figure("echo496.m0.instr", peer="1984 OpenAMP", toolchain="arm", meaning="a poll that answers 496 bytes, Cortex-M0"),
    Figure("echo496.m4.instr", peer="1581 OpenAMP", toolchain="arm", meaning="the same, Cortex-M4"),
    Figure("uart.nuttx.line496.bytes", "bytes", 557, 540, "", "host",
           "on the line for 496 random bytes of payload in NuttX's frames"),
    Figure("uart.reliable.line496.bytes", "bytes", 533, 532, "", "host", "the same in reliable frames, without answers"),
    Figure("uart.nuttx.message16.instr", toolchain="host", meaning="16 bytes from end to end of a line, NuttX's frames"),
    Figure("uart.reliable.message16.instr", toolchain="host", meaning="the same, reliable frames, with the answer"),
    Figure("uart.size.m0plus.bytes", "bytes", 2492, 1700, "", "arm",
           "NuttX's profile above a channel without transport, Cortex-M0+"),
    Figure("spi.size.m0plus.bytes", "bytes", 2092, 1500, "", "arm", "a link over SPI beside its channel, Cortex-M0+"),
    Figure("spi.ram.bytes", "bytes", toolchain="arm", meaning="RAM of a link over SPI beside its channel and its frames"),
    Figure("size.listener4.m0plus.bytes", "bytes", 400, 300, "", "arm", "a listener of 4 sessions, above a table without groups"),
    Figure("ram.listener.session.bytes", "bytes", 24, 16, "", "arm", "RAM of one more session beside its name"),
    Figure("host.dispatch.extra.instr", toolchain="host",
           meaning="copy 16 bytes, send one, poll once, by priority, above the same table in order"),
    Figure("urgent.plain.before", "handlers", toolchain="host",
           meaning="slow handlers before an urgent message at the end of a full ring of 8"),
    Figure("urgent.priorities.before", "handlers", toolchain="host", meaning="the same with priorities and a look-ahead of 8"),
    Figure("simulator.messages.per_s", "1/s", 200_000, 1_000_000, "-", "",
           "messages a second of processor time between two simulated cores, each checked", at_least=True),
    Figure("simulator.messages10000.per_s", "1/s", meaning="the same with 10,000 cores", at_least=True),
    Figure("simulator.core.bytes", "bytes", meaning="memory of one of 1000 simulated cores with its half of the rings"),
    Figure("compile.ratio", "x", 4, 3, "-", "", "compile time of a firmware main, over one with <span>, <array>, <atomic>"),
]


def group_of(name):
    """The group that measures a figure."""
    first, last = name.split(".")[0], name.split(".")[-1]
    if first == "host":
        return "latency" if last == "ratio" else "instructions"
    if first == "urgent":
        return "instructions" if last == "before" else "latency"
    return {"ram": "size", "hub": "instructions", "echo16": "emulated", "echo496": "emulated"}.get(first, first)


BY_NAME = {figure.name: figure for figure in FIGURES}
