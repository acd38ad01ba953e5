#pragma once

#include <string_view>

/// What rpmsg-lite's master (a300ec8, v5.4.0) wrote and rang beside this library, in one thread, step by step;
/// live_replay.hpp says how to read it.
namespace live::rpmsg_lite_master {

inline constexpr std::string_view budget_1 = R"(
# the start
do create flood
do create echo
do start
do run 1
peer
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 1
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
ring 0
do run 1
 ! flood link up
 ! echo link up
 * rang 2 0
 a0 20000
 a8 38 1 38
 e4 1
 1e0 400 35
 1ec 28 6f6f6c66 64
 210 400
 3e0 401 35
 3ec 28 6f686365
 410 401
peer
 80 a0001
peer
 170 10001
 11e0 1e 35
 11ec 28 6f6f6c66 64
 1210 1e
ring 1
peer
 170 20001 10000
 13e0 1f 35
 13ec 28 6f686365
 1410 1f
ring 1
do run 1
 ! flood bound 30
 ! echo bound 31
 190 a0000
do run 1
peer
 170 30001
 178 2
 15e0 1e 400
 15ec c
 15f4 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 40001
 178 30002
 17e0 1f 401
 17ec c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 1
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 190 c0000
# more waits than a poll may do; one more comes before the next poll
peer
 170 60001
 17c 50004
 19e0 1e 400
 19ec c 2 4c4c4c4c 4c4c4c4c
 1be0 1e 400
 1bec c 3 4c4c4c4c 4c4c4c4c
ring 1
do poll 1
 > flood from 30 size 12 #2
 190 d0000
peer
 170 70001
 180 6
 1de0 1e 400
 1dec c 4 4c4c4c4c 4c4c4c4c
ring 1
do run 1
 > flood from 30 size 12 #3..4
 190 f0000
# one more comes with the last message of a poll, one with the last of all
peer
 170 90001
 180 70006
 11e4 400
 11ec c 6 4c4c4c4c 4c4c4c4c
 1fe0 1e 400
 1fec c 5 4c4c4c4c 4c4c4c4c
ring 1
during 1
peer
 170 a0001
 13e0 1e 400
 13ec c 7 4c4c4c4c 4c4c4c4c
ring 1
end
during 3
peer
 170 b0001
 15f0 8
ring 1
end
do run 1
 > flood from 30 size 12 #5..8
 190 130000
# exactly what a poll may do
peer
 170 c0001
 17e0 1e 400
 17ec 10 9 50505050 50505050 50505050
ring 1
do poll 1
 > flood from 30 size 16 #9
 190 140000
peer
 170 d0001
 19f0 a
ring 1
do run 1
 > flood from 30 size 12 #10
 190 150000
# more waits than a poll may do; one more comes before the next poll
peer
 170 f0001
 1bec 10 b 50505050 50505050 50505050
 1dec 10 c 50505050 50505050 50505050
ring 1
do poll 1
 > flood from 30 size 16 #11
 190 160000
peer
 170 100001
 1ff0 d
ring 1
do run 1
 > flood from 30 size 16 #12
 > flood from 30 size 12 #13
 190 180000
# one more comes with the last message of a poll, one with the last of all
peer
 170 120001
 11f0 e
 13f0 f
ring 1
during 1
peer
 170 130001
 15f0 10
ring 1
end
during 3
peer
 170 140001
 17ec c 11 4c4c4c4c 4c4c4c4c
ring 1
end
do run 1
 > flood from 30 size 12 #14..17
 190 1c0000
# exactly what a poll may do
peer
 170 150001
 19ec 10 12 50505050 50505050 50505050
ring 1
do poll 1
 > flood from 30 size 16 #18
 190 1d0000
peer
 170 160001
 1bec c 13 4c4c4c4c 4c4c4c4c
ring 1
do run 1
 > flood from 30 size 12 #19
 190 1e0000
# more waits than a poll may do; one more comes before the next poll
peer
 170 180001
 1dec 14 14 54545454 54545454 54545454 54545454
 1fec 14 15 54545454 54545454 54545454 54545454
ring 1
do poll 1
 > flood from 30 size 20 #20
 190 1f0000
peer
 170 190001
 11f0 16
ring 1
do run 1
 > flood from 30 size 20 #21
 > flood from 30 size 12 #22
 190 210000
# one more comes with the last message of a poll, one with the last of all
peer
 170 1b0001
 13f0 17
 15f0 18
ring 1
during 1
peer
 170 1c0001
 17f0 19
ring 1
end
during 3
peer
 170 1d0001
 19ec c 1a 4c4c4c4c 4c4c4c4c
ring 1
end
do run 1
 > flood from 30 size 12 #23..26
 190 250000
# exactly what a poll may do
peer
 170 1e0001
 1bec 10 1b 50505050 50505050
ring 1
do poll 1
 > flood from 30 size 16 #27
 190 260000
peer
 170 1f0001
 1dec c 1c 4c4c4c4c 4c4c4c4c
ring 1
do run 1
 > flood from 30 size 12 #28
 190 270000
# more waits than a poll may do; one more comes before the next poll
peer
 170 210001
 11f0 1e
 1fec c 1d 4c4c4c4c 4c4c4c4c
ring 1
do poll 1
 > flood from 30 size 12 #29
 190 280000
peer
 170 220001
 13f0 1f
ring 1
do run 1
 > flood from 30 size 12 #30..31
 190 2a0000
# one more comes with the last message of a poll, one with the last of all
peer
 170 240001
 15f0 20
 17f0 21
ring 1
during 1
peer
 170 250001
 19f0 22
ring 1
end
during 3
peer
 170 260001
 1bec c 23 4c4c4c4c 4c4c4c4c
ring 1
end
do run 1
 > flood from 30 size 12 #32..35
 190 2e0000
# exactly what a poll may do
peer
 170 270001
 1dec 10 24 50505050 50505050 50505050
ring 1
do poll 1
 > flood from 30 size 16 #36
 190 2f0000
peer
 170 280001
 1ff0 25
ring 1
do run 1
 > flood from 30 size 12 #37
 190 300000
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 3 0
 a0 50000
 b4 2 24 3 24 4 24
 5e0 400 1e
 5ec 14
 5f4 54545454 54545454 54545454 54545454
 7e0 400 1e
 7ec 14 1 54545454 54545454 54545454 54545454
 9e0 400 1e
 9ec 14 2 54545454 54545454 54545454 54545454
peer
 80 d0001
do run 1
do send flood 3 10 12
 ? sent 8
 * rang 8 0
 a0 d0000
 a8*8+8 1c+0
 cc 5
 d4 6
 dc 7
 1e4 1e
 1ec*8+200 c+0
 1f0*5+200 6+1
 1f4*8+200 4c4c4c4c+0
 1f8*8+200 4c4c4c4c+0
 3e0 400 1e
 be0 400 1e
 bf0 3
 de0 400 1e
 df0 4
 fe0 400 1e
 ff0 5
peer
 80 150001
do time 100
do run 1
 ! flood writable
do run 1
do send flood 11 2 496
 ? sent 2
 * rang 2 0
 a0 f0000
 d0 200
 d8 200
 bec 1f0 b
 bf4*7b+4 70707070+0
 dec 1f0 c
 df4*7b+4 70707070+0
peer
 80 170001
do run 1
# held, and given back in another order
do hold 3
peer
 170 2c0001
 11f0 26
 13f0 27
 15f0 28
 17f0 29
ring 1
do run 1
 > flood from 30 size 12 #38..41
 190 310000 3
peer
 170 310001 10003
 17f0 2e
 19f0 2a
 1bf0 2b
 1dec c 2c 4c4c4c4c 4c4c4c4c
 1ff0 2d
ring 1
do run 1
 > flood from 30 size 12 #42..46
 190 360000
 19c 4
 1a4 5
 1ac 6
 1b4 7
 1bc 3
peer
 170 330001 40003 30005
 19f0 2f
 1bf0 30
ring 1
do release
 190 390000 0
 1c4 2
 1cc 1
do run 1
 > flood from 30 size 12 #47..48
 190 3b0000
peer
 170 390001 40000 60005 30007 10002
 11f0 36
 13f0 35
 15f0 34
 17f0 33
 1df0 31
 1ff0 32
ring 1
do run 1
 > flood from 30 size 12 #49..54
 190 410000
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 5 0
 a0 140000
 1f0 e
 3f0 f
 5f0 10
 7f0 11
 ff0 d
peer
 80 190001 10003
 90 20006
 3e8 10000
 fe8 70000
do run 1
peer
 80 1c0001
 88 70000
do time 100
do run 1
do send flood 18 8 12
 ? sent 8
 * rang 8 0
 a0 1c0000 3
 b4 0
 bc 7
 d0 1c
 d8 1c 2
 1f0 18
 3e8 0
 3f0 17
 5f0 15
 7f0 16
 9f0 12
 bec c 13 4c4c4c4c 4c4c4c4c
 dec c 14 4c4c4c4c 4c4c4c4c
 fe8 0
 ff0 19
peer
 80 240001
do time 100
do run 1
do run 1
# names come and go
peer
 170 3a0001
 19e0 28 35
 19ec 28 6574616c 0 0 0
 1a10 28
ring 1
do run 1
 190 420000
do create late
 ! late link up
do run 1
 ! late bound 40
 * rang 1 0
 a0 1d0000
 c8 38
 9e0 402 35
 9ec 28 6574616c 0 0 0 0
 a10 402
peer
 80 250001
peer
 170 3b0001
 1be0 28 402
 1bf0 37
ring 1
do run 1
 > late from 40 size 12 #55
 190 430000
peer
 170 3c0001
 1de0 28 35
 1dec 28 6574616c 0 0 0 0
 1e10 28 1
ring 1
do run 1
 ! late unbound 40
 190 440000
do destroy late
do run 1
 * rang 1 0
 a0 1e0000
 d0 38
 be0 402 35
 bec 28 6574616c
 bf4*7+4 0+0
 c10 402 1
peer
 80 260001
do run 1
)";

inline constexpr std::string_view budget_2 = R"(
# the start
do create flood
do create echo
do start
do run 2
peer
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 1
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
ring 0
do run 2
 ! flood link up
 ! echo link up
 * rang 2 0
 a0 20000
 a8 38 1 38
 e4 1
 1e0 400 35
 1ec 28 6f6f6c66 64
 210 400
 3e0 401 35
 3ec 28 6f686365
 410 401
peer
 80 a0001
peer
 170 10001
 11e0 1e 35
 11ec 28 6f6f6c66 64
 1210 1e
ring 1
peer
 170 20001 10000
 13e0 1f 35
 13ec 28 6f686365
 1410 1f
ring 1
do run 2
 ! flood bound 30
 ! echo bound 31
 190 a0000
do run 2
peer
 170 30001
 178 2
 15e0 1e 400
 15ec c
 15f4 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 40001
 178 30002
 17e0 1f 401
 17ec c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 2
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 190 c0000
# more waits than a poll may do; one more comes before the next poll
peer
 170 70001
 17c 50004 6
 19e0 1e 400
 19ec c 2 4c4c4c4c 4c4c4c4c
 1be0 1e 400
 1bec c 3 4c4c4c4c 4c4c4c4c
 1de0 1e 400
 1dec c 4 4c4c4c4c 4c4c4c4c
ring 1
do poll 2
 > flood from 30 size 12 #2..3
 190 e0000
peer
 170 80001
 180 70006
 1fe0 1e 400
 1fec c 5 4c4c4c4c 4c4c4c4c
ring 1
do run 2
 > flood from 30 size 12 #4..5
 190 100000
# one more comes with the last message of a poll, one with the last of all
peer
 170 b0001
 11e4 400
 11ec c 6 4c4c4c4c 4c4c4c4c
 13e0 1e 400
 13ec c 7 4c4c4c4c 4c4c4c4c
 15f0 8
ring 1
during 2
peer
 170 c0001
 17e0 1e 400
 17f0 9
ring 1
end
during 4
peer
 170 d0001
 19f0 a
ring 1
end
do run 2
 > flood from 30 size 12 #6..10
 190 150000
# exactly what a poll may do
peer
 170 f0001
 1bec 10 b 50505050 50505050 50505050
 1dec 10 c 50505050 50505050 50505050
ring 1
do poll 2
 > flood from 30 size 16 #11..12
 190 170000
peer
 170 100001
 1ff0 d
ring 1
do run 2
 > flood from 30 size 12 #13
 190 180000
# more waits than a poll may do; one more comes before the next poll
peer
 170 130001
 11ec 10 e 50505050 50505050 50505050
 13ec 10 f 50505050 50505050 50505050
 15ec 10 10 50505050 50505050 50505050
ring 1
do poll 2
 > flood from 30 size 16 #14..15
 190 1a0000
peer
 170 140001
 17f0 11
ring 1
do run 2
 > flood from 30 size 16 #16
 > flood from 30 size 12 #17
 190 1c0000
# one more comes with the last message of a poll, one with the last of all
peer
 170 170001
 19f0 12
 1bec c 13 4c4c4c4c 4c4c4c4c
 1dec c 14 4c4c4c4c 4c4c4c4c
ring 1
during 2
peer
 170 180001
 1ff0 15
ring 1
end
during 4
peer
 170 190001
 11ec c 16 4c4c4c4c 4c4c4c4c
ring 1
end
do run 2
 > flood from 30 size 12 #18..22
 190 210000
# exactly what a poll may do
peer
 170 1b0001
 13f0 17
 15f0 18
ring 1
do poll 2
 > flood from 30 size 16 #23..24
 190 230000
peer
 170 1c0001
 17f0 19
ring 1
do run 2
 > flood from 30 size 12 #25
 190 240000
# more waits than a poll may do; one more comes before the next poll
peer
 170 1f0001
 19ec 14 1a 54545454 54545454 54545454 54545454
 1bec 14 1b 54545454 54545454 54545454 54545454
 1dec 14 1c 54545454 54545454 54545454 54545454
ring 1
do poll 2
 > flood from 30 size 20 #26..27
 190 260000
peer
 170 200001
 1ff0 1d
ring 1
do run 2
 > flood from 30 size 20 #28
 > flood from 30 size 12 #29
 190 280000
# one more comes with the last message of a poll, one with the last of all
peer
 170 230001
 11f0 1e
 13ec c 1f 4c4c4c4c 4c4c4c4c
 15ec c 20 4c4c4c4c 4c4c4c4c
ring 1
during 2
peer
 170 240001
 17f0 21
ring 1
end
during 4
peer
 170 250001
 19ec c 22 4c4c4c4c 4c4c4c4c
ring 1
end
do run 2
 > flood from 30 size 12 #30..34
 190 2d0000
# exactly what a poll may do
peer
 170 270001
 1bec 10 23 50505050 50505050 50505050
 1dec 10 24 50505050 50505050 50505050
ring 1
do poll 2
 > flood from 30 size 16 #35..36
 190 2f0000
peer
 170 280001
 1ff0 25
ring 1
do run 2
 > flood from 30 size 12 #37
 190 300000
# more waits than a poll may do; one more comes before the next poll
peer
 170 2b0001
 11f0 26
 13f0 27
 15f0 28
ring 1
do poll 2
 > flood from 30 size 12 #38..39
 190 320000
peer
 170 2c0001
 17f0 29
ring 1
do run 2
 > flood from 30 size 12 #40..41
 190 340000
# one more comes with the last message of a poll, one with the last of all
peer
 170 2f0001
 19f0 2a
 1bec c 2b 4c4c4c4c 4c4c4c4c
 1dec c 2c 4c4c4c4c 4c4c4c4c
ring 1
during 2
peer
 170 300001
 1ff0 2d
ring 1
end
during 4
peer
 170 310001
 11f0 2e
ring 1
end
do run 2
 > flood from 30 size 12 #42..46
 190 390000
# exactly what a poll may do
peer
 170 330001
 13ec 10 2f 50505050 50505050
 15ec 10 30 50505050 50505050
ring 1
do poll 2
 > flood from 30 size 16 #47..48
 190 3b0000
peer
 170 340001
 17f0 31
ring 1
do run 2
 > flood from 30 size 12 #49
 190 3c0000
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 3 0
 a0 50000
 b4 2 24 3 24 4 24
 5e0 400 1e
 5ec 14
 5f4 54545454 54545454 54545454 54545454
 7e0 400 1e
 7ec 14 1 54545454 54545454 54545454 54545454
 9e0 400 1e
 9ec 14 2 54545454 54545454 54545454 54545454
peer
 80 d0001
do run 2
do send flood 3 10 12
 ? sent 8
 * rang 8 0
 a0 d0000
 a8*8+8 1c+0
 cc 5
 d4 6
 dc 7
 1e4 1e
 1ec*8+200 c+0
 1f0*5+200 6+1
 1f4*8+200 4c4c4c4c+0
 1f8*8+200 4c4c4c4c+0
 3e0 400 1e
 be0 400 1e
 bf0 3
 de0 400 1e
 df0 4
 fe0 400 1e
 ff0 5
peer
 80 150001
do time 100
do run 2
 ! flood writable
do run 2
do send flood 11 2 496
 ? sent 2
 * rang 2 0
 a0 f0000
 d0 200
 d8 200
 bec 1f0 b
 bf4*7b+4 70707070+0
 dec 1f0 c
 df4*7b+4 70707070+0
peer
 80 170001
do run 2
# held, and given back in another order
do hold 3
peer
 170 380001
 19f0 32
 1bf0 33
 1df0 34
 1ff0 35
ring 1
do run 2
 > flood from 30 size 12 #50..53
 190 3d0000
 1b4 7
peer
 170 3d0001
 17c 50007
 11f0 36
 13ec c 37 4c4c4c4c 4c4c4c4c
 15ec c 38 4c4c4c4c 4c4c4c4c
 17f0 39
 1ff0 3a
ring 1
do run 2
 > flood from 30 size 12 #54..58
 190 420000 3
 19c 7
 1bc 0
 1c4 1
 1cc 2
peer
 170 3f0001
 17c 7 70001
 11f0 3b
 13f0 3c
ring 1
do release
 190 450000
 1a4 6
 1ac 5
 1b4 4
do run 2
 > flood from 30 size 12 #59..60
 190 470000
peer
 170 450001 70003 50006 4 20001
 15f0 3d
 17f0 3e
 19f0 42
 1bf0 41
 1df0 40
 1ff0 3f
ring 1
do run 2
 > flood from 30 size 12 #61..66
 190 4d0000
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 5 0
 a0 140000
 1f0 e
 3f0 f
 5f0 10
 7f0 11
 ff0 d
peer
 80 190001 10003
 90 20006
 3e8 10000
 fe8 70000
do run 2
peer
 80 1c0001
 88 70000
do time 100
do run 2
do send flood 18 8 12
 ? sent 8
 * rang 8 0
 a0 1c0000 3
 b4 0
 bc 7
 d0 1c
 d8 1c 2
 1f0 18
 3e8 0
 3f0 17
 5f0 15
 7f0 16
 9f0 12
 bec c 13 4c4c4c4c 4c4c4c4c
 dec c 14 4c4c4c4c 4c4c4c4c
 fe8 0
 ff0 19
peer
 80 240001
do time 100
do run 2
do run 2
# names come and go
peer
 170 460001
 11e0 28 35
 11ec 28 6574616c 0 0 0
 1210 28
ring 1
do run 2
 190 4e0000
do create late
 ! late link up
do run 2
 ! late bound 40
 * rang 1 0
 a0 1d0000
 c8 38
 9e0 402 35
 9ec 28 6574616c 0 0 0 0
 a10 402
peer
 80 250001
peer
 170 470001
 13e0 28 402
 13f0 43
ring 1
do run 2
 > late from 40 size 12 #67
 190 4f0000
peer
 170 480001
 15e0 28 35
 15ec 28 6574616c 0 0 0
 1610 28 1
ring 1
do run 2
 ! late unbound 40
 190 500000
do destroy late
do run 2
 * rang 1 0
 a0 1e0000
 d0 38
 be0 402 35
 bec 28 6574616c
 bf4*7+4 0+0
 c10 402 1
peer
 80 260001
do run 2
)";

inline constexpr std::string_view buffers_256 = R"(
# the start
do create flood
do create echo
do start
do run 64
peer
 0*100+10 20003440+200
 8*100+10 200+0
 c*ff+10 10002+10000
 ffc 80000002 1000001
 1004*80+4 10000+20002
 1a20*100+10 20023440+200
 1a28*100+10 200+0
 1a2c*ff+10 10002+10000
 2a1c 80000002 1
 2c30 1000000
 2c38*100+8 200+0
 2c3c*ff+8 1+1
ring 0
do run 64
 ! flood link up
 ! echo link up
 * rang 2 0
 1210 20000
 1218 38 1 38
 1a14 1
 3440 400 35
 344c 28 6f6f6c66 64
 3470 400
 3640 401 35
 364c 28 6f686365
 3670 401
peer
 1000 1020001
peer
 2a20 10001
 23440 1e 35
 2344c 28 6f6f6c66 64
 23470 1e
ring 1
peer
 2a20 20001 10000
 23640 1f 35
 2364c 28 6f686365
 23670 1f
ring 1
do run 64
 ! flood bound 30
 ! echo bound 31
 2c30 1020000
do run 64
peer
 2a20 30001
 2a28 2
 23840 1e 400
 2384c c
 23854 4c4c4c4c 4c4c4c4c
ring 1
peer
 2a20 40001
 2a28 30002
 23a40 1f 401
 23a4c c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 2c30 1040000
# more waits than a poll may do; one more comes before the next poll
peer
 2a20 450001
 2a2c*20+4 50004+20002
 2aac 44
 23c40*41+200 1e+0
 23c44*41+200 400+0
 23c4c*41+200 c+0
 23c50*41+200 2+1
 23c54*41+200 4c4c4c4c+0
 23c58*41+200 4c4c4c4c+0
ring 1
do poll 64
 > flood from 30 size 12 #2..65
 2c30 1440000
peer
 2a20 460001
 2aac 450044
 2be40 1e 400
 2be4c c 43 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 30 size 12 #66..67
 2c30 1460000
# one more comes with the last message of a poll, one with the last of all
peer
 2a20 870001
 2ab0*20+4 470046+20002
 2b30 86
 2c040*41+200 1e+0
 2c044*41+200 400+0
 2c04c*41+200 c+0
 2c050*41+200 44+1
 2c054*41+200 4c4c4c4c+0
 2c058*41+200 4c4c4c4c+0
ring 1
during 40
peer
 2a20 880001
 2b30 870086
 34240 1e 400
 3424c c 85 4c4c4c4c 4c4c4c4c
ring 1
end
during 42
peer
 2a20 890001
 2b34 88
 34440 1e 400
 3444c c 86 4c4c4c4c 4c4c4c4c
ring 1
end
do run 64
 > flood from 30 size 12 #68..134
 2c30 1890000
# exactly what a poll may do
peer
 2a20 c90001
 2b34*20+4 890088+20002
 2bb4 c8
 34640*40+200 1e+0
 34644*40+200 400+0
 3464c*40+200 10+0
 34650*40+200 87+1
 34654*40+200 50505050+0
 34658*40+200 50505050+0
 3465c*40+200 50505050+0
ring 1
do poll 64
 > flood from 30 size 16 #135..198
 2c30 1c90000
peer
 2a20 ca0001
 2bb4 c900c8
 3c640 1e 400
 3c64c c c7 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 30 size 12 #199
 2c30 1ca0000
# more waits than a poll may do; one more comes before the next poll
peer
 2a20 10b0001
 2bb8*1b+4 cb00ca+20002
 23444 400
 2344c*b+200 10+0
 23450*b+200 fe+1
 23454*b+200 50505050+0
 23458*b+200 50505050+0
 2345c*b+200 50505050+0
 23640 1e 400
 23a40 1e 400
 3c840*36+200 1e+0
 3c844*36+200 400+0
 3c84c*36+200 10+0
 3c850*36+200 c8+1
 3c854*36+200 50505050+0
 3c858*36+200 50505050+0
 3c85c*36+200 50505050+0
ring 1
do poll 64
 > flood from 30 size 16 #200..263
 2c30 20a0000
peer
 2a20 10c0001
 24a50 109
ring 1
do run 64
 > flood from 30 size 16 #264
 > flood from 30 size 12 #265
 2c30 20c0000
# one more comes with the last message of a poll, one with the last of all
peer
 2a20 14d0001
 24c50*41+200 10a+1
ring 1
during 40
peer
 2a20 14e0001
 2ce50 14b
ring 1
end
during 42
peer
 2a20 14f0001
 2d050 14c
ring 1
end
do run 64
 > flood from 30 size 12 #266..332
 2c30 24f0000
# exactly what a poll may do
peer
 2a20 18f0001
 2d24c*3a+200 10+0
 2d250*40+200 14d+1
 2d254*3a+200 50505050+0
 2d258*3a+200 50505050+0
 2d25c*3a+200 50505050+0
ring 1
do poll 64
 > flood from 30 size 16 #333..396
 2c30 28f0000
peer
 2a20 1900001
 3524c c 18d 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 30 size 12 #397
 2c30 2900000
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 3 0
 1210 50000
 1224 2 24 3 24 4 24
 3840 400 1e
 384c 14
 3854 54545454 54545454 54545454 54545454
 3a40 400 1e
 3a4c 14 1 54545454 54545454 54545454 54545454
 3c40 400 1e
 3c4c 14 2 54545454 54545454 54545454 54545454
peer
 1000 1050001
do run 64
do send flood 3 258 12
 ? sent 256
 * rang 256 0
 1210 1050000
 1218*100+8 1c+0
 123c*fb+8 5+1
 3444 1e
 344c*100+200 c+0
 3450*5+200 fe+1
 3454*100+200 4c4c4c4c+0
 3458*100+200 4c4c4c4c+0
 3640 400 1e
 3e40*fb+200 400+0
 3e44*fb+200 1e+0
 3e50*fb+200 3+1
peer
 1000 2050001
do time 100
do run 64
 ! flood writable
do run 64
do send flood 259 2 496
 ? sent 2
 * rang 2 0
 1210 1070000
 1240 200
 1248 200
 3e4c 1f0 103
 3e54*7b+4 70707070+0
 404c 1f0 104
 4054*7b+4 70707070+0
peer
 1000 2070001
do run 64
# held, and given back in another order
do hold 3
peer
 2a20 1940001
 3544c c 18e 4c4c4c4c 4c4c4c4c
 3564c c 18f 4c4c4c4c 4c4c4c4c
 3584c c 190 4c4c4c4c 4c4c4c4c
 35a4c c 191 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 30 size 12 #398..401
 2c30 2910000
 30b4 93
peer
 2a20 2910001
 2b44 910093
 2344c*b+200 c+0
 23450*90+200 1fe+1
 23454*b+200 4c4c4c4c+0
 23458*b+200 4c4c4c4c+0
 2d24c*40+200 c+0
 2d254*40+200 4c4c4c4c+0
 2d258*40+200 4c4c4c4c+0
 35a50 28e
 35c4c*35+200 c+0
 35c50*6c+200 192+1
 35c54*35+200 4c4c4c4c+0
 35c58*35+200 4c4c4c4c+0
 3c84c*36+200 c+0
 3c854*36+200 4c4c4c4c+0
 3c858*36+200 4c4c4c4c+0
ring 1
do run 64
 > flood from 30 size 12 #402..654
 2c30 38e0000
 2c34*8d+8 3+1
 309c 93
 30bc*6c+8 94+1
 341c 0
 3424 1
 342c 2
peer
 2a20 2930001
 2b44 940093 930095
 35c50 28f
 35e50 290
ring 1
do release
 2c30 3910000
 30a4 92
 30ac 91
 30b4 90
do run 64
 > flood from 30 size 12 #655..656
 2c30 3930000
peer
 2a20 3910001
 2a24*46+4 40003+20002
 2b3c 93008f 910092 940090
 2b48*35+4 960095+20002
 2c1c ff 20001
 23450*90+200 2fb+1
 35450 38e
 35650 38d
 35850 38c
 35a50 38b
 36050*6a+200 291+1
ring 1
do run 64
 > flood from 30 size 12 #657..910
 2c30 4910000
# the peer holds, too
do send flood 261 5 12
 ? sent 5
 * rang 5 0
 1210 10c0000
 4250*5+200 105+1
peer
 1000 2090001
 1010 a0006 9000b
 4248 70000
 4448 80000
 4648 90000
do run 64
peer
 1000 20c0001
 1018 70008
do time 100
do run 64
do send flood 266 256 12
 ? sent 256
 * rang 256 0
 1210 20c0000
 1240 1c
 1248 1c a
 1254 b
 1264 8
 126c 7
 3450*7+200 1fe+1
 3e4c c
 3e54 4c4c4c4c 4c4c4c4c
 404c c
 4054 4c4c4c4c 4c4c4c4c
 4248 0
 4250 209
 4448 0
 4450 208
 4648 0
 4650 207
 4850 205
 4a50 206
 4c50*f4+200 10a+1
peer
 1000 30c0001
do time 100
do run 64
do run 64
# names come and go
peer
 2a20 3920001
 35c40 28 35
 35c4c 28 6574616c 0 0 0
 35c70 28
ring 1
do run 64
 2c30 4920000
do create late
 ! late link up
do run 64
 ! late bound 40
 * rang 1 0
 1210 20d0000
 1278 38
 4c40 402 35
 4c4c 28 6574616c 0 0
 4c70 402
peer
 1000 30d0001
peer
 2a20 3930001
 35e40 28 402
 35e50 38f
ring 1
do run 64
 > late from 40 size 12 #911
 2c30 4930000
peer
 2a20 3940001
 36040 28 35
 3604c 28 6574616c 0 0 0
 36070 28 1
ring 1
do run 64
 ! late unbound 40
 2c30 4940000
do destroy late
do run 64
 * rang 1 0
 1210 20e0000
 1280 38
 4e40 402 35
 4e4c 28 6574616c 0 0
 4e70 402 1
peer
 1000 30e0001
do run 64
)";

inline constexpr std::string_view restart = R"(
# nothing is announced: all indices stay 0 but the one of the peer
do listen quiet 200
do start
do run 64
peer
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 1
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
ring 0
do run 64
 ! quiet link up
 e4 1
do hold 1
peer
 170 10001
 11e0 21 c8
 11ec c
 11f4 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 ! quiet bound 33
 > quiet from 33 size 12 #0
# the driver starts anew in silence; reset() tells
peer
 e4 0
 170 1
 11e0 0 0
 11ec 0
 11f4 0 0
ring 0
peer
 170 10001
 11e0 21 c8
 11ec c 1 4c4c4c4c 4c4c4c4c
ring 1
do reset
 ! quiet unbound 33
 ! quiet link down
do run 64
 ! quiet link up
 ! quiet bound 33
 > quiet from 33 size 12 #1
 e4 1
 190 90000
do release
do run 64
peer
 170 20001 10000
 13e0 21 c8
 13ec c 2 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #2
 190 a0000
peer
 170 30001
 178 2
 15e0 21 c8
 15ec c 3 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #3
 190 b0000
peer
 170 40001
 178 30002
 17e0 21 c8
 17ec c 4 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #4
 190 c0000
# closed and started twice before a poll
do hold 1
peer
 170 60001
 17c 50004
 19e0 21 c8
 19ec c 5 4c4c4c4c 4c4c4c4c
 1be0 21 c8
 1bec c 6 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #5..6
 190 d0000
 1b4 5
peer
 170 80001
 180 70006
 1de0 21 c8
 1dec c 7 4c4c4c4c 4c4c4c4c
 1fe0 21 c8
 1fec c 8 4c4c4c4c 4c4c4c4c
ring 1
do again 2
 ! quiet unbound 33
 ! quiet link down
 190 e0000
 1bc 4
do run 64
 ! quiet link up
 ! quiet bound 33
 > quiet from 33 size 12 #7..8
 190 100000
do release
do run 64
peer
 170 90001
 11f0 9
ring 1
do run 64
 > quiet from 33 size 12 #9
 190 110000
peer
 170 a0001
 13f0 a
ring 1
do run 64
 > quiet from 33 size 12 #10
 190 120000
peer
 170 b0001
 15f0 b
ring 1
do run 64
 > quiet from 33 size 12 #11
 190 130000
peer
 170 c0001
 17f0 c
ring 1
do run 64
 > quiet from 33 size 12 #12
 190 140000
peer
 170 d0001
 17c 50005
 1bf0 d
ring 1
do run 64
 > quiet from 33 size 12 #13
 190 150000
peer
 170 e0001
 17c 40005
 19f0 e
ring 1
do run 64
 > quiet from 33 size 12 #14
 190 160000
peer
 170 f0001
 1df0 f
ring 1
do run 64
 > quiet from 33 size 12 #15
 190 170000
peer
 170 100001
 1ff0 10
ring 1
do run 64
 > quiet from 33 size 12 #16
 190 180000
peer
 170 110001
 11f0 11
ring 1
do run 64
 > quiet from 33 size 12 #17
 190 190000
peer
 170 120001
 13f0 12
ring 1
do run 64
 > quiet from 33 size 12 #18
 190 1a0000
# closed and started once, messages wait
peer
 170 150001
 15f0 13
 17f0 14
 1bf0 15
ring 1
do again 1
 ! quiet unbound 33
 ! quiet link down
do run 64
 ! quiet link up
 ! quiet bound 33
 > quiet from 33 size 12 #19..21
 190 1d0000
# the driver says that it stops, and starts anew
do run 64
peer
 e4 0
 170 1 0 0 0 0
 190 80000
 1b4 4
 1bc 5
 11e0*8+200 0+0
 11e4*8+200 0+0
 11ec*8+200 0+0
 11f0*8+200 0+0
 11f4*8+200 0+0
 11f8*8+200 0+0
ring 0
do reset
 ! quiet unbound 33
 ! quiet link down
do run 64
 ! quiet link up
 e4 1
peer
 170 10001
 11e0 21 c8
 11ec c 16 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 ! quiet bound 33
 > quiet from 33 size 12 #22
 190 90000
peer
 170 20001 10000
 13e0 21 c8
 13ec c 17 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #23
 190 a0000
peer
 170 30001
 178 2
 15e0 21 c8
 15ec c 18 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #24
 190 b0000
)";

inline constexpr std::string_view release_after_restart = R"(
do listen quiet 200
do start
do run 64
peer
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 1
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
ring 0
do run 64
 ! quiet link up
 e4 1
peer
 170 10001
 11e0 21 c8
 11ec c
 11f4 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 ! quiet bound 33
 > quiet from 33 size 12 #0
 190 90000
peer
 170 20001 10000
 13e0 21 c8
 13ec c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #1
 190 a0000
peer
 170 30001
 178 2
 15e0 21 c8
 15ec c 2 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #2
 190 b0000
do hold 1
peer
 170 40001
 178 30002
 17e0 21 c8
 17ec c 3 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #3
# the driver starts anew in silence; before a poll what was held is given back
peer
 e4 0
 170 1 0 0
 190 80000
 11e0 0 0
 11ec 0
 11f4 0 0
 13e0 0 0
 13ec 0 0 0 0
 15e0 0 0
 15ec 0 0 0 0
 17e0 0 0
 17ec 0 0 0 0
ring 0
do release
do run 64
 ! quiet unbound 33
 ! quiet link down
 ! quiet link up
 e4 1
peer
 170 10001
 11e0 21 c8
 11ec c 4 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 ! quiet bound 33
 > quiet from 33 size 12 #4
 190 90000
peer
 170 20001 10000
 13e0 21 c8
 13ec c 5 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #5
 190 a0000
peer
 170 30001
 178 2
 15e0 21 c8
 15ec c 6 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #6
 190 b0000
do reset
 ! quiet unbound 33
 ! quiet link down
do run 64
 ! quiet link up
peer
 170 40001
 178 30002
 17e0 21 c8
 17ec c 7 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 ! quiet bound 33
 > quiet from 33 size 12 #7
 190 c0000
peer
 170 50001
 17c 4
 19e0 21 c8
 19ec c 8 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #8
 190 d0000
peer
 170 60001
 17c 50004
 1be0 21 c8
 1bec c 9 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #9
 190 e0000
peer
 170 70001
 180 6
 1de0 21 c8
 1dec c a 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #10
 190 f0000
peer
 170 80001
 180 70006
 1fe0 21 c8
 1fec c b 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 33 size 12 #11
 190 100000
peer
 170 90001
 11f0 c
ring 1
do run 64
 > quiet from 33 size 12 #12
 190 110000
peer
 170 a0001
 13f0 d
ring 1
do run 64
 > quiet from 33 size 12 #13
 190 120000
peer
 170 b0001
 15f0 e
ring 1
do run 64
 > quiet from 33 size 12 #14
 190 130000
peer
 170 c0001
 17f0 f
ring 1
do run 64
 > quiet from 33 size 12 #15
 190 140000
peer
 170 d0001
 19f0 10
ring 1
do run 64
 > quiet from 33 size 12 #16
 190 150000
peer
 170 e0001
 1bf0 11
ring 1
do run 64
 > quiet from 33 size 12 #17
 190 160000
peer
 170 f0001
 1df0 12
ring 1
do run 64
 > quiet from 33 size 12 #18
 190 170000
peer
 170 100001
 1ff0 13
ring 1
do run 64
 > quiet from 33 size 12 #19
 190 180000
peer
 170 110001
 11f0 14
ring 1
do run 64
 > quiet from 33 size 12 #20
 190 190000
peer
 170 120001
 13f0 15
ring 1
do run 64
 > quiet from 33 size 12 #21
 190 1a0000
peer
 170 130001
 15f0 16
ring 1
do run 64
 > quiet from 33 size 12 #22
 190 1b0000
peer
 170 140001
 17f0 17
ring 1
do run 64
 > quiet from 33 size 12 #23
 190 1c0000
peer
 170 150001
 19f0 18
ring 1
do run 64
 > quiet from 33 size 12 #24
 190 1d0000
peer
 170 160001
 1bf0 19
ring 1
do run 64
 > quiet from 33 size 12 #25
 190 1e0000
peer
 170 170001
 1df0 1a
ring 1
do run 64
 > quiet from 33 size 12 #26
 190 1f0000
)";

inline constexpr std::string_view names = R"(
# the start
do create flood
do create echo
do start
do run 64
peer
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 1
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
ring 0
do run 64
 ! flood link up
 ! echo link up
 * rang 2 0
 a0 20000
 a8 38 1 38
 e4 1
 1e0 400 35
 1ec 28 6f6f6c66 64
 210 400
 3e0 401 35
 3ec 28 6f686365
 410 401
peer
 80 a0001
peer
 170 10001
 11e0 1e 35
 11ec 28 6f6f6c66 64
 1210 1e
ring 1
peer
 170 20001 10000
 13e0 1f 35
 13ec 28 6f686365
 1410 1f
ring 1
do run 64
 ! flood bound 30
 ! echo bound 31
 190 a0000
do run 64
peer
 170 30001
 178 2
 15e0 1e 400
 15ec c
 15f4 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 40001
 178 30002
 17e0 1f 401
 17ec c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 190 c0000
# eighteen names, of which a pool of sixteen keeps sixteen for later
peer
 170 50001
 17c 4
 19e0 96 35
 19ec 28 656d616e 302d
 1a10 96
ring 1
do run 64
 190 d0000
peer
 170 60001
 17c 50004
 1be0 97 35
 1bec 28 656d616e 312d
 1c10 97
ring 1
do run 64
 190 e0000
peer
 170 70001
 180 6
 1de0 98 35
 1dec 28 656d616e 322d
 1e10 98
ring 1
do run 64
 190 f0000
peer
 170 80001
 180 70006
 1fe0 99 35
 1fec 28 656d616e 332d
 2010 99
ring 1
do run 64
 190 100000
peer
 170 90001
 11e0 9a
 11f0 656d616e 342d
 1210 9a
ring 1
do run 64
 190 110000
peer
 170 a0001
 13e0 9b
 13f0 656d616e 352d
 1410 9b
ring 1
do run 64
 190 120000
peer
 170 b0001
 15e0 9c 35
 15ec 28 656d616e 362d 0
 1610 9c
ring 1
do run 64
 190 130000
peer
 170 c0001
 17e0 9d 35
 17ec 28 656d616e 372d 0
 1810 9d
ring 1
do run 64
 190 140000
peer
 170 d0001
 19e0 9e
 19f4 382d
 1a10 9e
ring 1
do run 64
 190 150000
peer
 170 e0001
 1be0 9f
 1bf4 392d
 1c10 9f
ring 1
do run 64
 190 160000
peer
 170 f0001
 1de0 a0
 1df4 30312d
 1e10 a0
ring 1
do run 64
 190 170000
peer
 170 100001
 1fe0 a1
 1ff4 31312d
 2010 a1
ring 1
do run 64
 190 180000
peer
 170 110001
 11e0 a2
 11f4 32312d
 1210 a2
ring 1
do run 64
 190 190000
peer
 170 120001
 13e0 a3
 13f4 33312d
 1410 a3
ring 1
do run 64
 190 1a0000
peer
 170 130001
 15e0 a4
 15f4 34312d
 1610 a4
ring 1
do run 64
 190 1b0000
peer
 170 140001
 17e0 a5
 17f4 35312d
 1810 a5
ring 1
do run 64
 190 1c0000
peer
 170 150001
 19e0 a6
 19f4 36312d
 1a10 a6
ring 1
do run 64
 ! flood names forgotten
 ! echo names forgotten
 190 1d0000
peer
 170 160001
 1be0 a7
 1bf4 37312d
 1c10 a7
ring 1
do run 64
 190 1e0000
# those that are asked for are bound at once, one that was forgotten by the first message
do create name-17
 ! name-17 link up
do run 64
 ! name-17 bound 167
 * rang 1 0
 a0 30000
 b4 2 38
 5e0 402 35
 5ec 28 656d616e 37312d
 610 402
peer
 80 b0001
do create name-6
 ! name-6 link up
do run 64
 ! name-6 bound 156
 * rang 1 0
 a0 40000
 bc 3 38
 7e0 403 35
 7ec 28 656d616e 362d
 810 403
peer
 80 c0001
do create name-16
 ! name-16 link up
do run 64
 ! name-16 bound 166
 * rang 1 0
 a0 50000
 c4 4 38
 9e0 404 35
 9ec 28 656d616e 36312d
 a10 404
peer
 80 d0001
do create name-7
 ! name-7 link up
do run 64
 ! name-7 bound 157
 * rang 1 0
 a0 60000
 cc 5 38
 be0 405 35
 bec 28 656d616e 372d
 c10 405
peer
 80 e0001
do create name-15
 ! name-15 link up
do run 64
 ! name-15 bound 165
 * rang 1 0
 a0 70000
 d4 6 38
 de0 406 35
 dec 28 656d616e 35312d
 e10 406
peer
 80 f0001
do create name-8
 ! name-8 link up
do run 64
 ! name-8 bound 158
 * rang 1 0
 a0 80000
 dc 7 38
 fe0 407 35
 fec 28 656d616e 382d
 1010 407
peer
 80 100001
do create name-14
 ! name-14 link up
do run 64
 ! name-14 bound 164
 * rang 1 0
 a0 90000
 1e0 408
 1f0 656d616e 34312d
 210 408
peer
 80 110001
do create name-0
 ! name-0 link up
do run 64
 * rang 1 0
 a0 a0000
 3e0 409
 3f0 656d616e 302d
 410 409
peer
 80 120001
peer
 170 170001
 1de0 a7 402
 1dec c 2 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 180001
 1fe0 9c 403
 1fec c 3 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 190001
 11e0 a6 404
 11ec c 4 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 1a0001
 13e0 9d 405
 13ec c 5 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 1b0001
 15e0 a5 406
 15ec c 6 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 1c0001
 17e0 9e 407
 17ec c 7 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 1d0001
 19e0 a4 408
 19ec c 8 4c4c4c4c 4c4c4c4c
ring 1
peer
 170 1e0001
 1be0 96 409
 1bec c 9 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > name-17 from 167 size 12 #2
 > name-6 from 156 size 12 #3
 > name-16 from 166 size 12 #4
 > name-7 from 157 size 12 #5
 > name-15 from 165 size 12 #6
 > name-8 from 158 size 12 #7
 > name-14 from 164 size 12 #8
 ! name-0 bound 150
 > name-0 from 150 size 12 #9
 190 260000
do send name-17 0 1 12
 ? sent 1
 * rang 1 0
 a0 b0000
 b8 1c
 5e4 a7
 5ec c 0 4c4c4c4c 4c4c4c4c
peer
 80 130001
do send name-6 1 1 12
 ? sent 1
 * rang 1 0
 a0 c0000
 c0 1c
 7e4 9c
 7ec c 1 4c4c4c4c 4c4c4c4c
peer
 80 140001
do send name-16 2 1 12
 ? sent 1
 * rang 1 0
 a0 d0000
 c8 1c
 9e4 a6
 9ec c 2 4c4c4c4c 4c4c4c4c
peer
 80 150001
do send name-7 3 1 12
 ? sent 1
 * rang 1 0
 a0 e0000
 d0 1c
 be4 9d
 bec c 3 4c4c4c4c 4c4c4c4c
peer
 80 160001
do send name-15 4 1 12
 ? sent 1
 * rang 1 0
 a0 f0000
 d8 1c
 de4 a5
 dec c 4 4c4c4c4c 4c4c4c4c
peer
 80 170001
do send name-8 5 1 12
 ? sent 1
 * rang 1 0
 a0 100000
 e0 1c
 fe4 9e
 fec c 5 4c4c4c4c 4c4c4c4c
peer
 80 180001
do send name-14 6 1 12
 ? sent 1
 * rang 1 0
 a0 110000
 a8 1c
 1e4 a4
 1ec c 6 4c4c4c4c 4c4c4c4c
peer
 80 190001
do send name-0 7 1 12
 ? sent 1
 * rang 1 0
 a0 120000
 b0 1c
 3e4 96
 3ec c 7 4c4c4c4c 4c4c4c4c
peer
 80 1a0001
# half of them go, and come back elsewhere
peer
 170 1f0001
 1de4 35
 1dec 28 656d616e 37312d 0
 1e10 a7 1
ring 1
do run 64
 ! name-17 unbound 167
 190 270000
peer
 170 200001
 1fe0 a6 35
 1fec 28 656d616e 36312d 0
 2010 a6 1
ring 1
do run 64
 ! name-16 unbound 166
 190 280000
peer
 170 210001
 11e0 a5 35
 11ec 28 656d616e 35312d 0
 1210 a5 1
ring 1
do run 64
 ! name-15 unbound 165
 190 290000
peer
 170 220001
 13e0 a4 35
 13ec 28 656d616e 34312d 0
 1410 a4 1
ring 1
do run 64
 ! name-14 unbound 164
 190 2a0000
peer
 170 230001
 15e0 aa 35
 15ec 28 656d616e 37312d 0
 1610 aa
ring 1
do run 64
 ! name-17 bound 170
 190 2b0000
peer
 170 240001
 17e0 ac 35
 17ec 28 656d616e 36312d 0
 1810 ac
ring 1
do run 64
 ! name-16 bound 172
 190 2c0000
peer
 170 250001
 19e0 ae 35
 19ec 28 656d616e 35312d 0
 1a10 ae
ring 1
do run 64
 ! name-15 bound 174
 190 2d0000
peer
 170 260001
 1be0 b0 35
 1bec 28 656d616e 34312d 0
 1c10 b0
ring 1
do run 64
 ! name-14 bound 176
 190 2e0000
do send name-17 8 1 12
 ? sent 1
 * rang 1 0
 a0 130000
 5e4 aa
 5f0 8
peer
 80 1b0001
do send name-6 9 1 12
 ? sent 1
 * rang 1 0
 a0 140000
 7f0 9
peer
 80 1c0001
do send name-16 10 1 12
 ? sent 1
 * rang 1 0
 a0 150000
 9e4 ac
 9f0 a
peer
 80 1d0001
do send name-7 11 1 12
 ? sent 1
 * rang 1 0
 a0 160000
 bf0 b
peer
 80 1e0001
do send name-15 12 1 12
 ? sent 1
 * rang 1 0
 a0 170000
 de4 ae
 df0 c
peer
 80 1f0001
do send name-8 13 1 12
 ? sent 1
 * rang 1 0
 a0 180000
 ff0 d
peer
 80 200001
do send name-14 14 1 12
 ? sent 1
 * rang 1 0
 a0 190000
 1e4 b0
 1f0 e
peer
 80 210001
do send name-0 15 1 12
 ? sent 1
 * rang 1 0
 a0 1a0000
 3f0 f
peer
 80 220001
)";

} // namespace live::rpmsg_lite_master
