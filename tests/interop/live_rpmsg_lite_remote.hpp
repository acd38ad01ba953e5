#pragma once

#include <string_view>

/// What rpmsg-lite's remote (a300ec8, v5.4.0) wrote and rang beside this library, in one thread, step by step;
/// live_replay.hpp says how to read it.
namespace live::rpmsg_lite_remote {

inline constexpr std::string_view budget_1 = R"(
# the start
do create flood
do create echo
do start
do run 1
 ! flood link up
 ! echo link up
 * rang 1 2
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 20001 10000
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
 11e0 400 35
 11ec 28 6f6f6c66 64
 1210 400
 13e0 401 35
 13ec 28 6f686365
 1410 401
peer
 190 a0000
peer
 a0 10000
 a8 200
 1e0 1e 35
 1ec 28 6f6f6c66 64
 210 1e
ring 0
peer
 a0 20000
 ac 1 200
 3e0 1f 35
 3ec 28 6f686365
 410 1f
ring 0
do run 1
 ! flood bound 30
 ! echo bound 31
 * rang 2 0
 80 a0001
do run 1
peer
 a0 30000
 b4 2 200
 5e0 1e 400
 5ec c
 5f4 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 40000
 bc 3 200
 7e0 1f 401
 7ec c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 * rang 2 0
 80 c0001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 60000
 c4 4 200 5 200
 9e0 1e 400
 9ec c 2 4c4c4c4c 4c4c4c4c
 be0 1e 400
 bec c 3 4c4c4c4c 4c4c4c4c
ring 0
do poll 1
 > flood from 30 size 12 #2
 * rang 1 0
 80 d0001
peer
 a0 70000
 d4 6 200
 de0 1e 400
 dec c 4 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 30 size 12 #3..4
 * rang 2 0
 80 f0001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 90000
 dc 7 200
 1e4 400
 1ec c 6 4c4c4c4c 4c4c4c4c
 fe0 1e 400
 fec c 5 4c4c4c4c 4c4c4c4c
ring 0
during 1
peer
 a0 a0000
 3e0 1e 400
 3ec c 7 4c4c4c4c 4c4c4c4c
ring 0
end
during 3
peer
 a0 b0000
 5f0 8
ring 0
end
do run 1
 > flood from 30 size 12 #5..8
 * rang 4 0
 80 130001
# exactly what a poll may do
peer
 a0 c0000
 7e0 1e 400
 7ec 10 9 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 30 size 16 #9
 * rang 1 0
 80 140001
peer
 a0 d0000
 9f0 a
ring 0
do run 1
 > flood from 30 size 12 #10
 * rang 1 0
 80 150001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 f0000
 bec 10 b 50505050 50505050 50505050
 dec 10 c 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 30 size 16 #11
 * rang 1 0
 80 160001
peer
 a0 100000
 ff0 d
ring 0
do run 1
 > flood from 30 size 16 #12
 > flood from 30 size 12 #13
 * rang 2 0
 80 180001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 120000
 1f0 e
 3f0 f
ring 0
during 1
peer
 a0 130000
 5f0 10
ring 0
end
during 3
peer
 a0 140000
 7ec c 11 4c4c4c4c 4c4c4c4c
ring 0
end
do run 1
 > flood from 30 size 12 #14..17
 * rang 4 0
 80 1c0001
# exactly what a poll may do
peer
 a0 150000
 9ec 10 12 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 30 size 16 #18
 * rang 1 0
 80 1d0001
peer
 a0 160000
 bec c 13 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 30 size 12 #19
 * rang 1 0
 80 1e0001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 180000
 dec 14 14 54545454 54545454 54545454 54545454
 fec 14 15 54545454 54545454 54545454 54545454
ring 0
do poll 1
 > flood from 30 size 20 #20
 * rang 1 0
 80 1f0001
peer
 a0 190000
 1f0 16
ring 0
do run 1
 > flood from 30 size 20 #21
 > flood from 30 size 12 #22
 * rang 2 0
 80 210001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 1b0000
 3f0 17
 5f0 18
ring 0
during 1
peer
 a0 1c0000
 7f0 19
ring 0
end
during 3
peer
 a0 1d0000
 9ec c 1a 4c4c4c4c 4c4c4c4c
ring 0
end
do run 1
 > flood from 30 size 12 #23..26
 * rang 4 0
 80 250001
# exactly what a poll may do
peer
 a0 1e0000
 bec 10 1b 50505050 50505050
ring 0
do poll 1
 > flood from 30 size 16 #27
 * rang 1 0
 80 260001
peer
 a0 1f0000
 dec c 1c 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 30 size 12 #28
 * rang 1 0
 80 270001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 210000
 1f0 1e
 fec c 1d 4c4c4c4c 4c4c4c4c
ring 0
do poll 1
 > flood from 30 size 12 #29
 * rang 1 0
 80 280001
peer
 a0 220000
 3f0 1f
ring 0
do run 1
 > flood from 30 size 12 #30..31
 * rang 2 0
 80 2a0001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 240000
 5f0 20
 7f0 21
ring 0
during 1
peer
 a0 250000
 9f0 22
ring 0
end
during 3
peer
 a0 260000
 bec c 23 4c4c4c4c 4c4c4c4c
ring 0
end
do run 1
 > flood from 30 size 12 #32..35
 * rang 4 0
 80 2e0001
# exactly what a poll may do
peer
 a0 270000
 dec 10 24 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 30 size 16 #36
 * rang 1 0
 80 2f0001
peer
 a0 280000
 ff0 25
ring 0
do run 1
 > flood from 30 size 12 #37
 * rang 1 0
 80 300001
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 0 3
 170 50001
 178 30002 4
 15e0 400 1e
 15ec 14
 15f4 54545454 54545454 54545454 54545454
 17e0 400 1e
 17ec 14 1 54545454 54545454 54545454 54545454
 19e0 400 1e
 19ec 14 2 54545454 54545454 54545454 54545454
peer
 190 d0000
do run 1
do send flood 3 10 12
 ? sent 8
 * rang 0 8
 170 d0000
 17c 50004 70006
 11e4 1e
 11ec*8+200 c+0
 11f0*5+200 6+1
 11f4*8+200 4c4c4c4c+0
 11f8*8+200 4c4c4c4c+0
 13e0 400 1e
 1be0 400 1e
 1bf0 3
 1de0 400 1e
 1df0 4
 1fe0 400 1e
 1ff0 5
peer
 190 150000
do time 100
do run 1
 ! flood writable
do run 1
do send flood 11 2 496
 ? sent 2
 * rang 0 2
 170 f0000
 1bec 1f0 b
 1bf4*7b+4 70707070+0
 1dec 1f0 c
 1df4*7b+4 70707070+0
peer
 190 170000
do run 1
# held, and given back in another order
do hold 3
peer
 a0 2c0000
 1f0 26
 3f0 27
 5f0 28
 7f0 29
ring 0
do run 1
 > flood from 30 size 12 #38..41
 * rang 1 0
 80 310001 10003
peer
 a0 310000 3
 7f0 2e
 9f0 2a
 bf0 2b
 dec c 2c 4c4c4c4c 4c4c4c4c
 ff0 2d
ring 0
do run 1
 > flood from 30 size 12 #42..46
 * rang 5 0
 80 360001 40003 60005 30007
peer
 a0 330000
 ac 4
 b4 5
 9f0 2f
 bf0 30
ring 0
do release
 * rang 3 0
 80 390001 40000
 90 10002
do run 1
 > flood from 30 size 12 #47..48
 * rang 2 0
 80 3b0001
peer
 a0 390000 0
 bc 6
 c4 7
 cc 3
 d4 2
 dc 1
 1f0 36
 3f0 35
 5f0 34
 7f0 33
 df0 31
 ff0 32
ring 0
do run 1
 > flood from 30 size 12 #49..54
 * rang 6 0
 80 410001
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 0 5
 170 140000
 11f0 e
 13f0 f
 15f0 10
 17f0 11
 1ff0 d
peer
 190 190000 3
 1cc 2
 13e8 10000
 1fe8 70000
do run 1
peer
 190 1c0000
 1a4 0
 1ac 7
do time 100
do run 1
do send flood 18 8 12
 ? sent 8
 * rang 0 8
 170 1c0000 10003 70000
 180 20006
 11f0 18
 13e8 0
 13f0 17
 15f0 15
 17f0 16
 19f0 12
 1bec c 13 4c4c4c4c 4c4c4c4c
 1dec c 14 4c4c4c4c 4c4c4c4c
 1fe8 0
 1ff0 19
peer
 190 240000
do time 100
do run 1
do run 1
# names come and go
peer
 a0 3a0000
 9e0 28 35
 9ec 28 6574616c 0 0 0
 a10 28
ring 0
do run 1
 * rang 1 0
 80 420001
do create late
 ! late link up
do run 1
 ! late bound 40
 * rang 0 1
 170 1d0000
 19e0 402 35
 19ec 28 6574616c 0 0 0 0
 1a10 402
peer
 190 250000
peer
 a0 3b0000
 be0 28 402
 bf0 37
ring 0
do run 1
 > late from 40 size 12 #55
 * rang 1 0
 80 430001
peer
 a0 3c0000
 de0 28 35
 dec 28 6574616c 0 0 0 0
 e10 28 1
ring 0
do run 1
 ! late unbound 40
 * rang 1 0
 80 440001
do destroy late
do run 1
 * rang 0 1
 170 1e0000
 1be0 402 35
 1bec 28 6574616c
 1bf4*7+4 0+0
 1c10 402 1
peer
 190 260000
do run 1
)";

inline constexpr std::string_view budget_2 = R"(
# the start
do create flood
do create echo
do start
do run 2
 ! flood link up
 ! echo link up
 * rang 1 2
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 20001 10000
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
 11e0 400 35
 11ec 28 6f6f6c66 64
 1210 400
 13e0 401 35
 13ec 28 6f686365
 1410 401
peer
 190 a0000
peer
 a0 10000
 a8 200
 1e0 1e 35
 1ec 28 6f6f6c66 64
 210 1e
ring 0
peer
 a0 20000
 ac 1 200
 3e0 1f 35
 3ec 28 6f686365
 410 1f
ring 0
do run 2
 ! flood bound 30
 ! echo bound 31
 * rang 2 0
 80 a0001
do run 2
peer
 a0 30000
 b4 2 200
 5e0 1e 400
 5ec c
 5f4 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 40000
 bc 3 200
 7e0 1f 401
 7ec c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 2
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 * rang 2 0
 80 c0001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 70000
 c4 4 200 5 200 6 200
 9e0 1e 400
 9ec c 2 4c4c4c4c 4c4c4c4c
 be0 1e 400
 bec c 3 4c4c4c4c 4c4c4c4c
 de0 1e 400
 dec c 4 4c4c4c4c 4c4c4c4c
ring 0
do poll 2
 > flood from 30 size 12 #2..3
 * rang 2 0
 80 e0001
peer
 a0 80000
 dc 7 200
 fe0 1e 400
 fec c 5 4c4c4c4c 4c4c4c4c
ring 0
do run 2
 > flood from 30 size 12 #4..5
 * rang 2 0
 80 100001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 b0000
 1e4 400
 1ec c 6 4c4c4c4c 4c4c4c4c
 3e0 1e 400
 3ec c 7 4c4c4c4c 4c4c4c4c
 5f0 8
ring 0
during 2
peer
 a0 c0000
 7e0 1e 400
 7f0 9
ring 0
end
during 4
peer
 a0 d0000
 9f0 a
ring 0
end
do run 2
 > flood from 30 size 12 #6..10
 * rang 5 0
 80 150001
# exactly what a poll may do
peer
 a0 f0000
 bec 10 b 50505050 50505050 50505050
 dec 10 c 50505050 50505050 50505050
ring 0
do poll 2
 > flood from 30 size 16 #11..12
 * rang 2 0
 80 170001
peer
 a0 100000
 ff0 d
ring 0
do run 2
 > flood from 30 size 12 #13
 * rang 1 0
 80 180001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 130000
 1ec 10 e 50505050 50505050 50505050
 3ec 10 f 50505050 50505050 50505050
 5ec 10 10 50505050 50505050 50505050
ring 0
do poll 2
 > flood from 30 size 16 #14..15
 * rang 2 0
 80 1a0001
peer
 a0 140000
 7f0 11
ring 0
do run 2
 > flood from 30 size 16 #16
 > flood from 30 size 12 #17
 * rang 2 0
 80 1c0001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 170000
 9f0 12
 bec c 13 4c4c4c4c 4c4c4c4c
 dec c 14 4c4c4c4c 4c4c4c4c
ring 0
during 2
peer
 a0 180000
 ff0 15
ring 0
end
during 4
peer
 a0 190000
 1ec c 16 4c4c4c4c 4c4c4c4c
ring 0
end
do run 2
 > flood from 30 size 12 #18..22
 * rang 5 0
 80 210001
# exactly what a poll may do
peer
 a0 1b0000
 3f0 17
 5f0 18
ring 0
do poll 2
 > flood from 30 size 16 #23..24
 * rang 2 0
 80 230001
peer
 a0 1c0000
 7f0 19
ring 0
do run 2
 > flood from 30 size 12 #25
 * rang 1 0
 80 240001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 1f0000
 9ec 14 1a 54545454 54545454 54545454 54545454
 bec 14 1b 54545454 54545454 54545454 54545454
 dec 14 1c 54545454 54545454 54545454 54545454
ring 0
do poll 2
 > flood from 30 size 20 #26..27
 * rang 2 0
 80 260001
peer
 a0 200000
 ff0 1d
ring 0
do run 2
 > flood from 30 size 20 #28
 > flood from 30 size 12 #29
 * rang 2 0
 80 280001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 230000
 1f0 1e
 3ec c 1f 4c4c4c4c 4c4c4c4c
 5ec c 20 4c4c4c4c 4c4c4c4c
ring 0
during 2
peer
 a0 240000
 7f0 21
ring 0
end
during 4
peer
 a0 250000
 9ec c 22 4c4c4c4c 4c4c4c4c
ring 0
end
do run 2
 > flood from 30 size 12 #30..34
 * rang 5 0
 80 2d0001
# exactly what a poll may do
peer
 a0 270000
 bec 10 23 50505050 50505050 50505050
 dec 10 24 50505050 50505050 50505050
ring 0
do poll 2
 > flood from 30 size 16 #35..36
 * rang 2 0
 80 2f0001
peer
 a0 280000
 ff0 25
ring 0
do run 2
 > flood from 30 size 12 #37
 * rang 1 0
 80 300001
# more waits than a poll may do; one more comes before the next poll
peer
 a0 2b0000
 1f0 26
 3f0 27
 5f0 28
ring 0
do poll 2
 > flood from 30 size 12 #38..39
 * rang 2 0
 80 320001
peer
 a0 2c0000
 7f0 29
ring 0
do run 2
 > flood from 30 size 12 #40..41
 * rang 2 0
 80 340001
# one more comes with the last message of a poll, one with the last of all
peer
 a0 2f0000
 9f0 2a
 bec c 2b 4c4c4c4c 4c4c4c4c
 dec c 2c 4c4c4c4c 4c4c4c4c
ring 0
during 2
peer
 a0 300000
 ff0 2d
ring 0
end
during 4
peer
 a0 310000
 1f0 2e
ring 0
end
do run 2
 > flood from 30 size 12 #42..46
 * rang 5 0
 80 390001
# exactly what a poll may do
peer
 a0 330000
 3ec 10 2f 50505050 50505050
 5ec 10 30 50505050 50505050
ring 0
do poll 2
 > flood from 30 size 16 #47..48
 * rang 2 0
 80 3b0001
peer
 a0 340000
 7f0 31
ring 0
do run 2
 > flood from 30 size 12 #49
 * rang 1 0
 80 3c0001
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 0 3
 170 50001
 178 30002 4
 15e0 400 1e
 15ec 14
 15f4 54545454 54545454 54545454 54545454
 17e0 400 1e
 17ec 14 1 54545454 54545454 54545454 54545454
 19e0 400 1e
 19ec 14 2 54545454 54545454 54545454 54545454
peer
 190 d0000
do run 2
do send flood 3 10 12
 ? sent 8
 * rang 0 8
 170 d0000
 17c 50004 70006
 11e4 1e
 11ec*8+200 c+0
 11f0*5+200 6+1
 11f4*8+200 4c4c4c4c+0
 11f8*8+200 4c4c4c4c+0
 13e0 400 1e
 1be0 400 1e
 1bf0 3
 1de0 400 1e
 1df0 4
 1fe0 400 1e
 1ff0 5
peer
 190 150000
do time 100
do run 2
 ! flood writable
do run 2
do send flood 11 2 496
 ? sent 2
 * rang 0 2
 170 f0000
 1bec 1f0 b
 1bf4*7b+4 70707070+0
 1dec 1f0 c
 1df4*7b+4 70707070+0
peer
 190 170000
do run 2
# held, and given back in another order
do hold 3
peer
 a0 380000
 9f0 32
 bf0 33
 df0 34
 ff0 35
ring 0
do run 2
 > flood from 30 size 12 #50..53
 * rang 1 0
 80 3d0001
 8c 50007
peer
 a0 3d0000
 c4 7
 1f0 36
 3ec c 37 4c4c4c4c 4c4c4c4c
 5ec c 38 4c4c4c4c 4c4c4c4c
 7f0 39
 ff0 3a
ring 0
do run 2
 > flood from 30 size 12 #54..58
 * rang 5 0
 80 420001 70003
 8c 7 20001
peer
 a0 3f0000
 cc 0
 d4 1
 1f0 3b
 3f0 3c
ring 0
do release
 * rang 3 0
 80 450001
 88 50006 4
do run 2
 > flood from 30 size 12 #59..60
 * rang 2 0
 80 470001
peer
 a0 450000 3
 ac 7
 b4 6
 bc 5
 c4 4
 dc 2
 5f0 3d
 7f0 3e
 9f0 42
 bf0 41
 df0 40
 ff0 3f
ring 0
do run 2
 > flood from 30 size 12 #61..66
 * rang 6 0
 80 4d0001
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 0 5
 170 140000
 11f0 e
 13f0 f
 15f0 10
 17f0 11
 1ff0 d
peer
 190 190000 3
 1cc 2
 13e8 10000
 1fe8 70000
do run 2
peer
 190 1c0000
 1a4 0
 1ac 7
do time 100
do run 2
do send flood 18 8 12
 ? sent 8
 * rang 0 8
 170 1c0000 10003 70000
 180 20006
 11f0 18
 13e8 0
 13f0 17
 15f0 15
 17f0 16
 19f0 12
 1bec c 13 4c4c4c4c 4c4c4c4c
 1dec c 14 4c4c4c4c 4c4c4c4c
 1fe8 0
 1ff0 19
peer
 190 240000
do time 100
do run 2
do run 2
# names come and go
peer
 a0 460000
 1e0 28 35
 1ec 28 6574616c 0 0 0
 210 28
ring 0
do run 2
 * rang 1 0
 80 4e0001
do create late
 ! late link up
do run 2
 ! late bound 40
 * rang 0 1
 170 1d0000
 19e0 402 35
 19ec 28 6574616c 0 0 0 0
 1a10 402
peer
 190 250000
peer
 a0 470000
 3e0 28 402
 3f0 43
ring 0
do run 2
 > late from 40 size 12 #67
 * rang 1 0
 80 4f0001
peer
 a0 480000
 5e0 28 35
 5ec 28 6574616c 0 0 0
 610 28 1
ring 0
do run 2
 ! late unbound 40
 * rang 1 0
 80 500001
do destroy late
do run 2
 * rang 0 1
 170 1e0000
 1be0 402 35
 1bec 28 6574616c
 1bf4*7+4 0+0
 1c10 402 1
peer
 190 260000
do run 2
)";

inline constexpr std::string_view buffers_256 = R"(
# the start
do create flood
do create echo
do start
do run 64
 ! flood link up
 ! echo link up
 * rang 1 2
 0*100+10 20003440+200
 8*100+10 200+0
 c*ff+10 10002+10000
 ffc 80000002 1000001
 1004*80+4 10000+20002
 1a20*100+10 20023440+200
 1a28*100+10 200+0
 1a2c*ff+10 10002+10000
 2a1c 80000002 20001 10000
 2c30 1000000
 2c38*100+8 200+0
 2c3c*ff+8 1+1
 23440 400 35
 2344c 28 6f6f6c66 64
 23470 400
 23640 401 35
 2364c 28 6f686365
 23670 401
peer
 2c30 1020000
peer
 1210 10000
 1218 200
 3440 1e 35
 344c 28 6f6f6c66 64
 3470 1e
ring 0
peer
 1210 20000
 121c 1 200
 3640 1f 35
 364c 28 6f686365
 3670 1f
ring 0
do run 64
 ! flood bound 30
 ! echo bound 31
 * rang 2 0
 1000 1020001
do run 64
peer
 1210 30000
 1224 2 200
 3840 1e 400
 384c c
 3854 4c4c4c4c 4c4c4c4c
ring 0
peer
 1210 40000
 122c 3 200
 3a40 1f 401
 3a4c c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 * rang 2 0
 1000 1040001
# more waits than a poll may do; one more comes before the next poll
peer
 1210 450000
 1234*41+8 4+1
 1238*41+8 200+0
 3c40*41+200 1e+0
 3c44*41+200 400+0
 3c4c*41+200 c+0
 3c50*41+200 2+1
 3c54*41+200 4c4c4c4c+0
 3c58*41+200 4c4c4c4c+0
ring 0
do poll 64
 > flood from 30 size 12 #2..65
 * rang 64 0
 1000 1440001
peer
 1210 460000
 143c 45 200
 be40 1e 400
 be4c c 43 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 30 size 12 #66..67
 * rang 2 0
 1000 1460001
# one more comes with the last message of a poll, one with the last of all
peer
 1210 870000
 1444*41+8 46+1
 1448*41+8 200+0
 c040*41+200 1e+0
 c044*41+200 400+0
 c04c*41+200 c+0
 c050*41+200 44+1
 c054*41+200 4c4c4c4c+0
 c058*41+200 4c4c4c4c+0
ring 0
during 40
peer
 1210 880000
 164c 87 200
 14240 1e 400
 1424c c 85 4c4c4c4c 4c4c4c4c
ring 0
end
during 42
peer
 1210 890000
 1654 88 200
 14440 1e 400
 1444c c 86 4c4c4c4c 4c4c4c4c
ring 0
end
do run 64
 > flood from 30 size 12 #68..134
 * rang 67 0
 1000 1890001
# exactly what a poll may do
peer
 1210 c90000
 165c*40+8 89+1
 1660*40+8 200+0
 14640*40+200 1e+0
 14644*40+200 400+0
 1464c*40+200 10+0
 14650*40+200 87+1
 14654*40+200 50505050+0
 14658*40+200 50505050+0
 1465c*40+200 50505050+0
ring 0
do poll 64
 > flood from 30 size 16 #135..198
 * rang 64 0
 1000 1c90001
peer
 1210 ca0000
 185c c9 200
 1c640 1e 400
 1c64c c c7 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 30 size 12 #199
 * rang 1 0
 1000 1ca0001
# more waits than a poll may do; one more comes before the next poll
peer
 1210 10b0000
 1864*36+8 ca+1
 1868*36+8 200+0
 3444 400
 344c*b+200 10+0
 3450*b+200 fe+1
 3454*b+200 50505050+0
 3458*b+200 50505050+0
 345c*b+200 50505050+0
 3640 1e 400
 3a40 1e 400
 1c840*36+200 1e+0
 1c844*36+200 400+0
 1c84c*36+200 10+0
 1c850*36+200 c8+1
 1c854*36+200 50505050+0
 1c858*36+200 50505050+0
 1c85c*36+200 50505050+0
ring 0
do poll 64
 > flood from 30 size 16 #200..263
 * rang 64 0
 1000 20a0001
peer
 1210 10c0000
 4a50 109
ring 0
do run 64
 > flood from 30 size 16 #264
 > flood from 30 size 12 #265
 * rang 2 0
 1000 20c0001
# one more comes with the last message of a poll, one with the last of all
peer
 1210 14d0000
 4c50*41+200 10a+1
ring 0
during 40
peer
 1210 14e0000
 ce50 14b
ring 0
end
during 42
peer
 1210 14f0000
 d050 14c
ring 0
end
do run 64
 > flood from 30 size 12 #266..332
 * rang 67 0
 1000 24f0001
# exactly what a poll may do
peer
 1210 18f0000
 d24c*3a+200 10+0
 d250*40+200 14d+1
 d254*3a+200 50505050+0
 d258*3a+200 50505050+0
 d25c*3a+200 50505050+0
ring 0
do poll 64
 > flood from 30 size 16 #333..396
 * rang 64 0
 1000 28f0001
peer
 1210 1900000
 1524c c 18d 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 30 size 12 #397
 * rang 1 0
 1000 2900001
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 0 3
 2a20 50001
 2a28 30002 4
 23840 400 1e
 2384c 14
 23854 54545454 54545454 54545454 54545454
 23a40 400 1e
 23a4c 14 1 54545454 54545454 54545454 54545454
 23c40 400 1e
 23c4c 14 2 54545454 54545454 54545454 54545454
peer
 2c30 1050000
do run 64
do send flood 3 258 12
 ? sent 256
 * rang 0 256
 2a20 1050000
 2a2c*7e+4 50004+20002
 23444 1e
 2344c*100+200 c+0
 23450*5+200 fe+1
 23454*100+200 4c4c4c4c+0
 23458*100+200 4c4c4c4c+0
 23640 400 1e
 23e40*fb+200 400+0
 23e44*fb+200 1e+0
 23e50*fb+200 3+1
peer
 2c30 2050000
do time 100
do run 64
 ! flood writable
do run 64
do send flood 259 2 496
 ? sent 2
 * rang 0 2
 2a20 1070000
 23e4c 1f0 103
 23e54*7b+4 70707070+0
 2404c 1f0 104
 24054*7b+4 70707070+0
peer
 2c30 2070000
do run 64
# held, and given back in another order
do hold 3
peer
 1210 1940000
 1544c c 18e 4c4c4c4c 4c4c4c4c
 1564c c 18f 4c4c4c4c 4c4c4c4c
 1584c c 190 4c4c4c4c 4c4c4c4c
 15a4c c 191 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 30 size 12 #398..401
 * rang 1 0
 1000 2910001
 1124 910093
peer
 1210 2910000
 1694 93
 344c*b+200 c+0
 3450*90+200 1fe+1
 3454*b+200 4c4c4c4c+0
 3458*b+200 4c4c4c4c+0
 d24c*40+200 c+0
 d254*40+200 4c4c4c4c+0
 d258*40+200 4c4c4c4c+0
 15a50 28e
 15c4c*35+200 c+0
 15c50*6c+200 192+1
 15c54*35+200 4c4c4c4c+0
 15c58*35+200 4c4c4c4c+0
 1c84c*36+200 c+0
 1c854*36+200 4c4c4c4c+0
 1c858*36+200 4c4c4c4c+0
ring 0
do run 64
 > flood from 30 size 12 #402..654
 * rang 253 0
 1000 38e0001
 1004*46+4 40003+20002
 111c 93008f
 1124*36+4 940093+20002
 11fc ff 20001
peer
 1210 2930000
 169c 94
 16a4 95
 15c50 28f
 15e50 290
ring 0
do release
 * rang 3 0
 1000 3910001
 1120 910092 940090
do run 64
 > flood from 30 size 12 #655..656
 * rang 2 0
 1000 3930001
peer
 1210 3910000
 1214*8d+8 3+1
 167c 93
 1684 92
 168c 91
 1694 90
 16ac*6a+8 96+1
 19fc 0
 1a04 1
 1a0c 2
 3450*90+200 2fb+1
 15450 38e
 15650 38d
 15850 38c
 15a50 38b
 16050*6a+200 291+1
ring 0
do run 64
 > flood from 30 size 12 #657..910
 * rang 254 0
 1000 4910001
# the peer holds, too
do send flood 261 5 12
 ? sent 5
 * rang 0 5
 2a20 10c0000
 24250*5+200 105+1
peer
 2c30 2090000
 2c6c a
 2c74 b
 24248 70000
 24448 80000
 24648 90000
do run 64
peer
 2c30 20c0000
 2c84 8
 2c8c 7
do time 100
do run 64
do send flood 266 256 12
 ? sent 256
 * rang 0 256
 2a20 20c0000
 2a30 a0006 9000b 70008
 23450*7+200 1fe+1
 23e4c c
 23e54 4c4c4c4c 4c4c4c4c
 2404c c
 24054 4c4c4c4c 4c4c4c4c
 24248 0
 24250 209
 24448 0
 24450 208
 24648 0
 24650 207
 24850 205
 24a50 206
 24c50*f4+200 10a+1
peer
 2c30 30c0000
do time 100
do run 64
do run 64
# names come and go
peer
 1210 3920000
 15c40 28 35
 15c4c 28 6574616c 0 0 0
 15c70 28
ring 0
do run 64
 * rang 1 0
 1000 4920001
do create late
 ! late link up
do run 64
 ! late bound 40
 * rang 0 1
 2a20 20d0000
 24c40 402 35
 24c4c 28 6574616c 0 0
 24c70 402
peer
 2c30 30d0000
peer
 1210 3930000
 15e40 28 402
 15e50 38f
ring 0
do run 64
 > late from 40 size 12 #911
 * rang 1 0
 1000 4930001
peer
 1210 3940000
 16040 28 35
 1604c 28 6574616c 0 0 0
 16070 28 1
ring 0
do run 64
 ! late unbound 40
 * rang 1 0
 1000 4940001
do destroy late
do run 64
 * rang 0 1
 2a20 20e0000
 24e40 402 35
 24e4c 28 6574616c 0 0
 24e70 402 1
peer
 2c30 30e0000
do run 64
)";

inline constexpr std::string_view names = R"(
# the start
do create flood
do create echo
do start
do run 64
 ! flood link up
 ! echo link up
 * rang 1 2
 0*8+10 200001e0+200
 8*8+10 200+0
 c*7+10 10002+10000
 7c 80000002 80001 10000 30002 50004 70006
 f0*8+10 200011e0+200
 f8*8+10 200+0
 fc*7+10 10002+10000
 16c 80000002 20001 10000
 190 80000
 198*8+8 200+0
 19c*7+8 1+1
 11e0 400 35
 11ec 28 6f6f6c66 64
 1210 400
 13e0 401 35
 13ec 28 6f686365
 1410 401
peer
 190 a0000
peer
 a0 10000
 a8 200
 1e0 1e 35
 1ec 28 6f6f6c66 64
 210 1e
ring 0
peer
 a0 20000
 ac 1 200
 3e0 1f 35
 3ec 28 6f686365
 410 1f
ring 0
do run 64
 ! flood bound 30
 ! echo bound 31
 * rang 2 0
 80 a0001
do run 64
peer
 a0 30000
 b4 2 200
 5e0 1e 400
 5ec c
 5f4 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 40000
 bc 3 200
 7e0 1f 401
 7ec c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 30 size 12 #0
 > echo from 31 size 12 #1
 * rang 2 0
 80 c0001
# eighteen names, of which a pool of sixteen keeps sixteen for later
peer
 a0 50000
 c4 4 200
 9e0 96 35
 9ec 28 656d616e 302d
 a10 96
ring 0
do run 64
 * rang 1 0
 80 d0001
peer
 a0 60000
 cc 5 200
 be0 97 35
 bec 28 656d616e 312d
 c10 97
ring 0
do run 64
 * rang 1 0
 80 e0001
peer
 a0 70000
 d4 6 200
 de0 98 35
 dec 28 656d616e 322d
 e10 98
ring 0
do run 64
 * rang 1 0
 80 f0001
peer
 a0 80000
 dc 7 200
 fe0 99 35
 fec 28 656d616e 332d
 1010 99
ring 0
do run 64
 * rang 1 0
 80 100001
peer
 a0 90000
 1e0 9a
 1f0 656d616e 342d
 210 9a
ring 0
do run 64
 * rang 1 0
 80 110001
peer
 a0 a0000
 3e0 9b
 3f0 656d616e 352d
 410 9b
ring 0
do run 64
 * rang 1 0
 80 120001
peer
 a0 b0000
 5e0 9c 35
 5ec 28 656d616e 362d 0
 610 9c
ring 0
do run 64
 * rang 1 0
 80 130001
peer
 a0 c0000
 7e0 9d 35
 7ec 28 656d616e 372d 0
 810 9d
ring 0
do run 64
 * rang 1 0
 80 140001
peer
 a0 d0000
 9e0 9e
 9f4 382d
 a10 9e
ring 0
do run 64
 * rang 1 0
 80 150001
peer
 a0 e0000
 be0 9f
 bf4 392d
 c10 9f
ring 0
do run 64
 * rang 1 0
 80 160001
peer
 a0 f0000
 de0 a0
 df4 30312d
 e10 a0
ring 0
do run 64
 * rang 1 0
 80 170001
peer
 a0 100000
 fe0 a1
 ff4 31312d
 1010 a1
ring 0
do run 64
 * rang 1 0
 80 180001
peer
 a0 110000
 1e0 a2
 1f4 32312d
 210 a2
ring 0
do run 64
 * rang 1 0
 80 190001
peer
 a0 120000
 3e0 a3
 3f4 33312d
 410 a3
ring 0
do run 64
 * rang 1 0
 80 1a0001
peer
 a0 130000
 5e0 a4
 5f4 34312d
 610 a4
ring 0
do run 64
 * rang 1 0
 80 1b0001
peer
 a0 140000
 7e0 a5
 7f4 35312d
 810 a5
ring 0
do run 64
 * rang 1 0
 80 1c0001
peer
 a0 150000
 9e0 a6
 9f4 36312d
 a10 a6
ring 0
do run 64
 ! flood names forgotten
 ! echo names forgotten
 * rang 1 0
 80 1d0001
peer
 a0 160000
 be0 a7
 bf4 37312d
 c10 a7
ring 0
do run 64
 * rang 1 0
 80 1e0001
# those that are asked for are bound at once, one that was forgotten by the first message
do create name-17
 ! name-17 link up
do run 64
 ! name-17 bound 167
 * rang 0 1
 170 30001
 178 2
 15e0 402 35
 15ec 28 656d616e 37312d
 1610 402
peer
 190 b0000
do create name-6
 ! name-6 link up
do run 64
 ! name-6 bound 156
 * rang 0 1
 170 40001
 178 30002
 17e0 403 35
 17ec 28 656d616e 362d
 1810 403
peer
 190 c0000
do create name-16
 ! name-16 link up
do run 64
 ! name-16 bound 166
 * rang 0 1
 170 50001
 17c 4
 19e0 404 35
 19ec 28 656d616e 36312d
 1a10 404
peer
 190 d0000
do create name-7
 ! name-7 link up
do run 64
 ! name-7 bound 157
 * rang 0 1
 170 60001
 17c 50004
 1be0 405 35
 1bec 28 656d616e 372d
 1c10 405
peer
 190 e0000
do create name-15
 ! name-15 link up
do run 64
 ! name-15 bound 165
 * rang 0 1
 170 70001
 180 6
 1de0 406 35
 1dec 28 656d616e 35312d
 1e10 406
peer
 190 f0000
do create name-8
 ! name-8 link up
do run 64
 ! name-8 bound 158
 * rang 0 1
 170 80001
 180 70006
 1fe0 407 35
 1fec 28 656d616e 382d
 2010 407
peer
 190 100000
do create name-14
 ! name-14 link up
do run 64
 ! name-14 bound 164
 * rang 0 1
 170 90001
 11e0 408
 11f0 656d616e 34312d
 1210 408
peer
 190 110000
do create name-0
 ! name-0 link up
do run 64
 * rang 0 1
 170 a0001
 13e0 409
 13f0 656d616e 302d
 1410 409
peer
 190 120000
peer
 a0 170000
 de0 a7 402
 dec c 2 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 180000
 fe0 9c 403
 fec c 3 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 190000
 1e0 a6 404
 1ec c 4 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 1a0000
 3e0 9d 405
 3ec c 5 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 1b0000
 5e0 a5 406
 5ec c 6 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 1c0000
 7e0 9e 407
 7ec c 7 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 1d0000
 9e0 a4 408
 9ec c 8 4c4c4c4c 4c4c4c4c
ring 0
peer
 a0 1e0000
 be0 96 409
 bec c 9 4c4c4c4c 4c4c4c4c
ring 0
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
 * rang 8 0
 80 260001
do send name-17 0 1 12
 ? sent 1
 * rang 0 1
 170 b0001
 15e4 a7
 15ec c 0 4c4c4c4c 4c4c4c4c
peer
 190 130000
do send name-6 1 1 12
 ? sent 1
 * rang 0 1
 170 c0001
 17e4 9c
 17ec c 1 4c4c4c4c 4c4c4c4c
peer
 190 140000
do send name-16 2 1 12
 ? sent 1
 * rang 0 1
 170 d0001
 19e4 a6
 19ec c 2 4c4c4c4c 4c4c4c4c
peer
 190 150000
do send name-7 3 1 12
 ? sent 1
 * rang 0 1
 170 e0001
 1be4 9d
 1bec c 3 4c4c4c4c 4c4c4c4c
peer
 190 160000
do send name-15 4 1 12
 ? sent 1
 * rang 0 1
 170 f0001
 1de4 a5
 1dec c 4 4c4c4c4c 4c4c4c4c
peer
 190 170000
do send name-8 5 1 12
 ? sent 1
 * rang 0 1
 170 100001
 1fe4 9e
 1fec c 5 4c4c4c4c 4c4c4c4c
peer
 190 180000
do send name-14 6 1 12
 ? sent 1
 * rang 0 1
 170 110001
 11e4 a4
 11ec c 6 4c4c4c4c 4c4c4c4c
peer
 190 190000
do send name-0 7 1 12
 ? sent 1
 * rang 0 1
 170 120001
 13e4 96
 13ec c 7 4c4c4c4c 4c4c4c4c
peer
 190 1a0000
# half of them go, and come back elsewhere
peer
 a0 1f0000
 de4 35
 dec 28 656d616e 37312d 0
 e10 a7 1
ring 0
do run 64
 ! name-17 unbound 167
 * rang 1 0
 80 270001
peer
 a0 200000
 fe0 a6 35
 fec 28 656d616e 36312d 0
 1010 a6 1
ring 0
do run 64
 ! name-16 unbound 166
 * rang 1 0
 80 280001
peer
 a0 210000
 1e0 a5 35
 1ec 28 656d616e 35312d 0
 210 a5 1
ring 0
do run 64
 ! name-15 unbound 165
 * rang 1 0
 80 290001
peer
 a0 220000
 3e0 a4 35
 3ec 28 656d616e 34312d 0
 410 a4 1
ring 0
do run 64
 ! name-14 unbound 164
 * rang 1 0
 80 2a0001
peer
 a0 230000
 5e0 aa 35
 5ec 28 656d616e 37312d 0
 610 aa
ring 0
do run 64
 ! name-17 bound 170
 * rang 1 0
 80 2b0001
peer
 a0 240000
 7e0 ac 35
 7ec 28 656d616e 36312d 0
 810 ac
ring 0
do run 64
 ! name-16 bound 172
 * rang 1 0
 80 2c0001
peer
 a0 250000
 9e0 ae 35
 9ec 28 656d616e 35312d 0
 a10 ae
ring 0
do run 64
 ! name-15 bound 174
 * rang 1 0
 80 2d0001
peer
 a0 260000
 be0 b0 35
 bec 28 656d616e 34312d 0
 c10 b0
ring 0
do run 64
 ! name-14 bound 176
 * rang 1 0
 80 2e0001
do send name-17 8 1 12
 ? sent 1
 * rang 0 1
 170 130001
 15e4 aa
 15f0 8
peer
 190 1b0000
do send name-6 9 1 12
 ? sent 1
 * rang 0 1
 170 140001
 17f0 9
peer
 190 1c0000
do send name-16 10 1 12
 ? sent 1
 * rang 0 1
 170 150001
 19e4 ac
 19f0 a
peer
 190 1d0000
do send name-7 11 1 12
 ? sent 1
 * rang 0 1
 170 160001
 1bf0 b
peer
 190 1e0000
do send name-15 12 1 12
 ? sent 1
 * rang 0 1
 170 170001
 1de4 ae
 1df0 c
peer
 190 1f0000
do send name-8 13 1 12
 ? sent 1
 * rang 0 1
 170 180001
 1ff0 d
peer
 190 200000
do send name-14 14 1 12
 ? sent 1
 * rang 0 1
 170 190001
 11e4 b0
 11f0 e
peer
 190 210000
do send name-0 15 1 12
 ? sent 1
 * rang 0 1
 170 1a0001
 13f0 f
peer
 190 220000
)";

} // namespace live::rpmsg_lite_remote
