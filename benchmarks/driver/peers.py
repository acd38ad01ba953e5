"""The peers. What they cost as measured earlier: OpenAMP (open-amp 23d4c5d with libmetal bd97c9a) and rpmsg-lite a300ec8,
both unmodified, GCC 12.2, on the same work."""

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
