#pragma once

#include <string_view>

/// What OpenAMP's host (open-amp 23d4c5d with libmetal bd97c9a, v1.10.0) wrote and rang beside this library, in one thread, step by step;
/// live_replay.hpp says how to read it.
namespace live::openamp_host {

inline constexpr std::string_view budget_1 = R"(
# the start
peer
 0 1 1
 10 14 3 7 2 1
 2c 200 20000080 40 8
 44 200001c0 40 8 1
do create flood
do create echo
do start
do run 1
peer
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1cc*7+10 10000+10000
 23c 80000000 1
ring 0
do run 1
 ! flood link up
 ! echo link up
 * rang 2 0
 140 20001
 148 38 1 38
 184 1
 300 400 35
 30c 28 6f6f6c66 64
 330 400
 500 401 35
 50c 28 6f686365
 530 401
peer
 8c 80000002
 9c 80000002
 100 a0000
 508 1
peer
 1c0 20001300
 1c8 200
 240 10001
 1300 400 35
 130c 28 6f6f6c66 64 78
 1320 c97b8260 55ac 2da0
 1330 400
ring 1
peer
 1d0 20001500
 1d8 200
 240 20001 10000
 1500 401 35
 150c 28 6f686365 5500 78
 1520 c97b8260 55ac 2da0
 1530 401
ring 1
do run 1
 ! flood bound 1024
 ! echo bound 1025
 280 20000
 288 200 1 200
do run 1
peer
 1cc 20000
 240 30001
 1304 400
 130c c 0 4c4c4c4c 4c4c4c4c
ring 1
peer
 240 40001
 248 10000
 1504 401
 150c c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 1
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 280 40000
 298 200 1 200
# more waits than a poll may do; one more comes before the next poll
peer
 240 60001
 24c 10000
 1310 2
 1500 400 400
 1510 3
ring 1
do poll 1
 > flood from 1024 size 12 #2
 280 50000
 2a8 200
peer
 240 70001
 1310 4
ring 1
do run 1
 > flood from 1024 size 12 #3..4
 280 70000
 2ac 1 200
 2b8 200
# one more comes with the last message of a poll, one with the last of all
peer
 240 90001
 250 10000
 1310 6
 1510 5
ring 1
during 1
peer
 1e0 20001700
 1e8 200
 240 a0001 20000
 1700 400 400
 170c c 7 4c4c4c4c 4c4c4c4c
ring 1
end
during 3
peer
 1dc 30000
 240 b0001
 248 10001
 1510 8
ring 1
end
do run 1
 > flood from 1024 size 12 #5..8
 280 b0000
 28c 2
 294 1
 2bc 1 200
# exactly what a poll may do
peer
 1cc 30000
 240 c0001
 248 1
 130c 10 9 50505050 50505050 50505050
ring 1
do poll 1
 > flood from 1024 size 16 #9
 280 c0000
 29c 0
peer
 240 d0001
 24c 10002
 1710 a
ring 1
do run 1
 > flood from 1024 size 12 #10
 280 d0000
 2a4 2
# more waits than a poll may do; one more comes before the next poll
peer
 240 f0001
 1310 c
 150c 10 b 50505050 50505050 50505050
ring 1
do poll 1
 > flood from 1024 size 16 #11
 280 e0000
peer
 240 100001
 250 20000
 1710 d
ring 1
do run 1
 > flood from 1024 size 16 #12
 > flood from 1024 size 12 #13
 280 100000
 2bc 2
# one more comes with the last message of a poll, one with the last of all
peer
 240 120001 1
 130c c f 4c4c4c4c 4c4c4c4c
 150c c e 4c4c4c4c 4c4c4c4c
ring 1
during 1
peer
 240 130001
 248 2
 1710 10
ring 1
end
during 3
peer
 240 140001
 248 10002
 1510 11
ring 1
end
do run 1
 > flood from 1024 size 12 #14..17
 280 140000 1
 28c 0
 294 2
 29c 1
# exactly what a poll may do
peer
 240 150001
 24c 10000
 130c 10 12 50505050 50505050
ring 1
do poll 1
 > flood from 1024 size 16 #18
 280 150000
 2a4 0
peer
 240 160001
 24c 20000
 1710 13
ring 1
do run 1
 > flood from 1024 size 12 #19
 280 160000
 2ac 2
# more waits than a poll may do; one more comes before the next poll
peer
 240 180001
 250 1
 130c 14 15 54545454 54545454 54545454 54545454
 150c 14 14 54545454 54545454 54545454 54545454
ring 1
do poll 1
 > flood from 1024 size 20 #20
 280 170000
 2b4 1
peer
 240 190001 2
 1710 16
ring 1
do run 1
 > flood from 1024 size 20 #21
 > flood from 1024 size 12 #22
 280 190000 2
 2bc 0
# one more comes with the last message of a poll, one with the last of all
peer
 240 1b0001 10002 10000
 130c c 18 4c4c4c4c 4c4c4c4c
 150c c 17 4c4c4c4c 4c4c4c4c
ring 1
during 1
peer
 240 1c0001
 248 20000
 1710 19
ring 1
end
during 3
peer
 240 1d0001
 24c 20001
 1510 1a
ring 1
end
do run 1
 > flood from 1024 size 12 #23..26
 280 1d0000
 28c 1
 294 0
 29c 2
 2a4 1
# exactly what a poll may do
peer
 240 1e0001
 24c 1
 130c 10 1b 50505050 50505050 50505050
ring 1
do poll 1
 > flood from 1024 size 16 #27
 280 1e0000
 2ac 0
peer
 240 1f0001
 250 2
 1710 1c
ring 1
do run 1
 > flood from 1024 size 12 #28
 280 1f0000
 2b4 2
# more waits than a poll may do; one more comes before the next poll
peer
 240 210001 10000
 250 10002
 130c c 1e 4c4c4c4c 4c4c4c4c
 1510 1d
ring 1
do poll 1
 > flood from 1024 size 12 #29
 280 200000
 2bc 1
peer
 240 220001 20000
 1710 1f
ring 1
do run 1
 > flood from 1024 size 12 #30..31
 280 220000 0
 28c 2
# one more comes with the last message of a poll, one with the last of all
peer
 240 240001
 248 1
 1310 21
 1510 20
ring 1
during 1
peer
 240 250001
 24c 2
 1710 22
ring 1
end
during 3
peer
 240 260001
 24c 10002
 1510 23
ring 1
end
do run 1
 > flood from 1024 size 12 #32..35
 280 260000
 294 1
 29c 0
 2a4 2
 2ac 1
# exactly what a poll may do
peer
 240 270001
 250 10000
 130c 10 24 50505050 50505050
ring 1
do poll 1
 > flood from 1024 size 16 #36
 280 270000
 2b4 0
peer
 240 280001
 250 20000
 1710 25
ring 1
do run 1
 > flood from 1024 size 12 #37
 280 280000
 2bc 2
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 3 0
 140 50001
 154 2 24 3 24 4 24
 700 400 400
 70c 14
 714 54545454 54545454 54545454 54545454
 900 400 400
 90c 14 1 54545454 54545454 54545454 54545454
 b00 400 400
 b0c 14 2 54545454 54545454 54545454 54545454
peer
 ac 80000002
 bc 80000002
 cc 80000002
 100 d0000
 708 2
 908 3
 b08 4
do run 1
do send flood 3 10 12
 ? sent 8
 * rang 8 0
 140 d0000
 148*8+8 1c+0
 16c 5
 174 6
 17c 7
 304 400
 30c*8+200 c+0
 310*5+200 6+1
 314*8+200 4c4c4c4c+0
 318*8+200 4c4c4c4c+0
 500 400 400 0
 708 0
 908 0
 b08 0
 d00 400 400
 d10 3
 f00 400 400
 f10 4
 1100 400 400
 1110 5
peer
 dc 80000002
 ec 80000002
 100 150000
 508*7+200 1+1
ring 0
do time 100
do run 1
 ! flood writable
 140 d0001
do run 1
do send flood 11 2 496
 ? sent 2
 * rang 2 0
 140 f0001
 170 200
 178 200
 d08 0 1f0 b
 d14*7b+4 70707070+0
 f08 0 1f0 c
 f14*7b+4 70707070+0
peer
 100 170000
 d08 5
 f08 6
do run 1
# held, and given back in another order
do hold 3
peer
 1f0 20001900
 1f8 200
 240 2c0001 1 30002
 130c c 27 4c4c4c4c 4c4c4c4c
 1510 26
 1710 28
 1900 400 400
 190c c 29 4c4c4c4c 4c4c4c4c
ring 1
do run 1
 > flood from 1024 size 12 #38..41
 280 290000 3
peer
 200 20001b00
 208 200
 210 20001d00
 218 200
 220 20001f00
 228 200
 230 20002100
 238 200
 240 310001 7
 24c 40003 60005
 1910*5+200 2a+1
 1b00 400 400
 1b0c c
 1b14 4c4c4c4c 4c4c4c4c
 1d00 400 400
 1d0c c
 1d14 4c4c4c4c 4c4c4c4c
 1f00 400 400
 1f0c c
 1f14 4c4c4c4c 4c4c4c4c
 2100 400 400
 210c c
 2114 4c4c4c4c 4c4c4c4c
ring 1
do run 1
 > flood from 1024 size 12 #42..46
 280 2e0000
 28c*5+8 3+1
peer
 1fc 80000000
 20c 80000000
 240 330001 30007 30004
 1910 2f
 1b10 30
ring 1
do release
 280 310000 1
 2b4 2
 2bc 0
do run 1
 > flood from 1024 size 12 #47..48
 280 330000
peer
 1cc 80000000
 1dc 80000000
 1ec 80000000
 21c 80000000
 22c 80000000
 240 390001 30001 50004 70006 2
 1310 35
 1510 36
 1710 34
 1d10 31
 1f10 32
 2110 33
ring 1
do run 1
 > flood from 1024 size 12 #49..54
 280 390000
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 5 0
 140 140001
 310 e
 508 0
 510 f
 708 0
 710 10
 908 0
 910 11
 1108 0
 1110 d
peer
 8c 70002
 9c 2
 ac 10002
 bc 10002
 100 190000 10003
 110 20006
 308 10000
 508 10001
 708 2
 908 3
 1108 10007
do run 1
peer
 100 1c0000
 108 70000
 308 0
 508 1
 1108 7
do time 100
do run 1
do send flood 18 8 12
 ? sent 8
 * rang 8 0
 140 1c0001 3
 154 0
 15c 7
 170 1c
 178 1c 2
 310 18
 508*7+200 0+0
 510 17
 710 15
 910 16
 b10 12
 d0c c 13 4c4c4c4c 4c4c4c4c
 f0c c 14 4c4c4c4c 4c4c4c4c
 1110 19
peer
 8c 80000002
 9c 80000002
 ac 80000002
 bc 80000002
 100 240000
 308 2
 508 1
 708 7
 b08 4
 d08 5
 f08 6
 1108 3
do time 100
do run 1
do run 1
# names come and go
peer
 240 3a0001
 1900 402 35
 190c 28 6574616c 5500 78
 1920 c97bce00 55ac 20200
 1930 402
ring 1
do run 1
 280 3a0000
do create late
 ! late link up
do run 1
 ! late bound 1026
 * rang 1 0
 140 1d0001
 168 38
 b00 402 35 0 28 6574616c 0 0 0 0
 b30 402
peer
 100 250000
 b08 4
peer
 240 3b0001
 1b00 402 402
 1b10 37
ring 1
do run 1
 > late from 1026 size 12 #55
 280 3b0000
peer
 240 3c0001
 1d00 402 35
 1d0c 28 6574616c 7f00 94ce0b80 55ac 8f7fd270 7ffe c97b46b0 55ac 402
 1d34 1
ring 1
do run 1
 ! late unbound 1026
 280 3c0000
do destroy late
do run 1
 * rang 1 0
 140 1e0001
 170 38
 d00 402 35 0 28 6574616c
 d14*7+4 0+0
 d30 402 1
peer
 100 260000
 d08 5
do run 1
)";

inline constexpr std::string_view budget_2 = R"(
# the start
peer
 0 1 1
 10 14 3 7 2 1
 2c 200 20000080 40 8
 44 200001c0 40 8 1
do create flood
do create echo
do start
do run 2
peer
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1cc*7+10 10000+10000
 23c 80000000 1
ring 0
do run 2
 ! flood link up
 ! echo link up
 * rang 2 0
 140 20001
 148 38 1 38
 184 1
 300 400 35
 30c 28 6f6f6c66 64
 330 400
 500 401 35
 50c 28 6f686365
 530 401
peer
 8c 80000002
 9c 80000002
 100 a0000
 508 1
peer
 1c0 20001300
 1c8 200
 240 10001
 1300 400 35
 130c 28 6f6f6c66 64 78
 1320 92ca4260 558f 2da0
 1330 400
ring 1
peer
 1d0 20001500
 1d8 200
 240 20001 10000
 1500 401 35
 150c 28 6f686365 5500 78
 1520 92ca4260 558f 2da0
 1530 401
ring 1
do run 2
 ! flood bound 1024
 ! echo bound 1025
 280 20000
 288 200 1 200
do run 2
peer
 1cc 20000
 240 30001
 1304 400
 130c c 0 4c4c4c4c 4c4c4c4c
ring 1
peer
 240 40001
 248 10000
 1504 401
 150c c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 2
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 280 40000
 298 200 1 200
# more waits than a poll may do; one more comes before the next poll
peer
 1e0 20001700
 1e8 200
 240 70001
 24c 10000 2
 1310 2
 1500 400 400
 1510 3
 1700 400 400
 170c c 4 4c4c4c4c 4c4c4c4c
ring 1
do poll 2
 > flood from 1024 size 12 #2..3
 280 60000
 2a8 200 1 200
peer
 1cc 30000
 240 80001
 1310 5
ring 1
do run 2
 > flood from 1024 size 12 #4..5
 280 80000
 2b4 2 200
 2c0 200
# one more comes with the last message of a poll, one with the last of all
peer
 1dc 30000
 240 b0001 20001
 1310 8
 1510 6
 1710 7
ring 1
during 2
peer
 240 c0001
 1510 9
ring 1
end
during 4
peer
 240 d0001
 24c 10002
 1710 a
ring 1
end
do run 2
 > flood from 1024 size 12 #6..10
 280 d0000 1
 28c 2
 2a4 2
# exactly what a poll may do
peer
 240 f0001
 24c 2 1
 130c 10 b 50505050 50505050 50505050
 150c 10 c 50505050 50505050 50505050
ring 1
do poll 2
 > flood from 1024 size 16 #11..12
 280 f0000
 2ac 0
 2b4 1
peer
 240 100001
 250 20001
 1710 d
ring 1
do run 2
 > flood from 1024 size 12 #13
 280 100000
 2bc 2
# more waits than a poll may do; one more comes before the next poll
peer
 240 130001 10000 10002
 1310 e
 1510 f
 170c 10 10 50505050 50505050 50505050
ring 1
do poll 2
 > flood from 1024 size 16 #14..15
 280 120000 0
 28c 1
peer
 240 140001
 248 2
 130c c 11 4c4c4c4c 4c4c4c4c
ring 1
do run 2
 > flood from 1024 size 16 #16
 > flood from 1024 size 12 #17
 280 140000
 294 2
 29c 0
# one more comes with the last message of a poll, one with the last of all
peer
 240 170001
 24c 20001 20000
 1310 14
 150c c 12 4c4c4c4c 4c4c4c4c
 170c c 13 4c4c4c4c 4c4c4c4c
ring 1
during 2
peer
 240 180001
 250 10000
 1510 15
ring 1
end
during 4
peer
 240 190001 10002
 1710 16
ring 1
end
do run 2
 > flood from 1024 size 12 #18..22
 280 190000 2
 2a4 1
 2ac 2
 2b4 0
 2bc 1
# exactly what a poll may do
peer
 240 1b0001 2 1
 130c 10 17 50505050 50505050
 150c 10 18 50505050 50505050
ring 1
do poll 2
 > flood from 1024 size 16 #23..24
 280 1b0000
 28c 0
 294 1
peer
 240 1c0001
 248 20001
 1710 19
ring 1
do run 2
 > flood from 1024 size 12 #25
 280 1c0000
 29c 2
# more waits than a poll may do; one more comes before the next poll
peer
 240 1f0001
 24c 10000 10002
 130c 14 1a 54545454 54545454 54545454 54545454
 150c 14 1b 54545454 54545454 54545454 54545454
 170c 14 1c 54545454 54545454 54545454 54545454
ring 1
do poll 2
 > flood from 1024 size 20 #26..27
 280 1e0000
 2a4 0
 2ac 1
peer
 240 200001
 250 2
 130c c 1d 4c4c4c4c 4c4c4c4c
ring 1
do run 2
 > flood from 1024 size 20 #28
 > flood from 1024 size 12 #29
 280 200000
 2b4 2
 2bc 0
# one more comes with the last message of a poll, one with the last of all
peer
 240 230001 20001 20000
 1310 20
 150c c 1e 4c4c4c4c 4c4c4c4c
 170c c 1f 4c4c4c4c 4c4c4c4c
ring 1
during 2
peer
 240 240001
 248 10000
 1510 21
ring 1
end
during 4
peer
 240 250001
 24c 10002
 1710 22
ring 1
end
do run 2
 > flood from 1024 size 12 #30..34
 280 250000 1
 28c 2
 294 0
 29c 1
 2a4 2
# exactly what a poll may do
peer
 240 270001
 24c 2 1
 130c 10 23 50505050 50505050 50505050
 150c 10 24 50505050 50505050 50505050
ring 1
do poll 2
 > flood from 1024 size 16 #35..36
 280 270000
 2ac 0
 2b4 1
peer
 240 280001
 250 20001
 1710 25
ring 1
do run 2
 > flood from 1024 size 12 #37
 280 280000
 2bc 2
# more waits than a poll may do; one more comes before the next poll
peer
 240 2b0001 10000 10002
 130c c 26 4c4c4c4c 4c4c4c4c
 150c c 27 4c4c4c4c 4c4c4c4c
 1710 28
ring 1
do poll 2
 > flood from 1024 size 12 #38..39
 280 2a0000 0
 28c 1
peer
 240 2c0001
 248 2
 1310 29
ring 1
do run 2
 > flood from 1024 size 12 #40..41
 280 2c0000
 294 2
 29c 0
# one more comes with the last message of a poll, one with the last of all
peer
 240 2f0001
 24c 20001 20000
 1310 2c
 1510 2a
 1710 2b
ring 1
during 2
peer
 240 300001
 250 10000
 1510 2d
ring 1
end
during 4
peer
 240 310001 10002
 1710 2e
ring 1
end
do run 2
 > flood from 1024 size 12 #42..46
 280 310000 2
 2a4 1
 2ac 2
 2b4 0
 2bc 1
# exactly what a poll may do
peer
 240 330001 2 1
 130c 10 2f 50505050 50505050
 150c 10 30 50505050 50505050
ring 1
do poll 2
 > flood from 1024 size 16 #47..48
 280 330000
 28c 0
 294 1
peer
 240 340001
 248 20001
 1710 31
ring 1
do run 2
 > flood from 1024 size 12 #49
 280 340000
 29c 2
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 3 0
 140 50001
 154 2 24 3 24 4 24
 700 400 400
 70c 14
 714 54545454 54545454 54545454 54545454
 900 400 400
 90c 14 1 54545454 54545454 54545454 54545454
 b00 400 400
 b0c 14 2 54545454 54545454 54545454 54545454
peer
 ac 80000002
 bc 80000002
 cc 80000002
 100 d0000
 708 2
 908 3
 b08 4
do run 2
do send flood 3 10 12
 ? sent 8
 * rang 8 0
 140 d0000
 148*8+8 1c+0
 16c 5
 174 6
 17c 7
 304 400
 30c*8+200 c+0
 310*5+200 6+1
 314*8+200 4c4c4c4c+0
 318*8+200 4c4c4c4c+0
 500 400 400 0
 708 0
 908 0
 b08 0
 d00 400 400
 d10 3
 f00 400 400
 f10 4
 1100 400 400
 1110 5
peer
 dc 80000002
 ec 80000002
 100 150000
 508*7+200 1+1
ring 0
do time 100
do run 2
 ! flood writable
 140 d0001
do run 2
do send flood 11 2 496
 ? sent 2
 * rang 2 0
 140 f0001
 170 200
 178 200
 d08 0 1f0 b
 d14*7b+4 70707070+0
 f08 0 1f0 c
 f14*7b+4 70707070+0
peer
 100 170000
 d08 5
 f08 6
do run 2
# held, and given back in another order
do hold 3
peer
 1f0 20001900
 1f8 200
 240 380001
 24c 10000 30002
 130c c 32 4c4c4c4c 4c4c4c4c
 150c c 33 4c4c4c4c 4c4c4c4c
 1710 34
 1900 400 400
 190c c 35 4c4c4c4c 4c4c4c4c
ring 1
do run 2
 > flood from 1024 size 12 #50..53
 280 350000
 2a4 3
peer
 200 20001b00
 208 200
 210 20001d00
 218 200
 220 20001f00
 228 200
 230 20002100
 238 200
 240 3d0001 40003 60005 10007
 1910*5+200 36+1
 1b00 400 400
 1b0c c
 1b14 4c4c4c4c 4c4c4c4c
 1d00 400 400
 1d0c c
 1d14 4c4c4c4c 4c4c4c4c
 1f00 400 400
 1f0c c
 1f14 4c4c4c4c 4c4c4c4c
 2100 400 400
 210c c
 2114 4c4c4c4c 4c4c4c4c
ring 1
do run 2
 > flood from 1024 size 12 #54..58
 280 3a0000 6
 28c 7
 2ac 3
 2b4 4
 2bc 5
peer
 1fc 80000000
 20c 80000000
 240 3f0001
 24c 30007 30004
 1910 3b
 1b10 3c
ring 1
do release
 280 3d0000
 294 2
 29c 1
 2a4 0
do run 2
 > flood from 1024 size 12 #59..60
 280 3f0000
peer
 1cc 80000000
 1dc 80000000
 1ec 80000000
 21c 80000000
 22c 80000000
 240 450001 70006 10002 30000 50004
 1310 42
 1510 41
 1710 40
 1d10 3d
 1f10 3e
 2110 3f
ring 1
do run 2
 > flood from 1024 size 12 #61..66
 280 450000
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 5 0
 140 140001
 310 e
 508 0
 510 f
 708 0
 710 10
 908 0
 910 11
 1108 0
 1110 d
peer
 8c 70002
 9c 2
 ac 10002
 bc 10002
 100 190000 10003
 110 20006
 308 10000
 508 10001
 708 2
 908 3
 1108 10007
do run 2
peer
 100 1c0000
 108 70000
 308 0
 508 1
 1108 7
do time 100
do run 2
do send flood 18 8 12
 ? sent 8
 * rang 8 0
 140 1c0001 3
 154 0
 15c 7
 170 1c
 178 1c 2
 310 18
 508*7+200 0+0
 510 17
 710 15
 910 16
 b10 12
 d0c c 13 4c4c4c4c 4c4c4c4c
 f0c c 14 4c4c4c4c 4c4c4c4c
 1110 19
peer
 8c 80000002
 9c 80000002
 ac 80000002
 bc 80000002
 100 240000
 308 2
 508 1
 708 7
 b08 4
 d08 5
 f08 6
 1108 3
do time 100
do run 2
do run 2
# names come and go
peer
 240 460001
 1900 402 35
 190c 28 6574616c 5500 78
 1920 92ca7f40 558f 200c0
 1930 402
ring 1
do run 2
 280 460000
do create late
 ! late link up
do run 2
 ! late bound 1026
 * rang 1 0
 140 1d0001
 168 38
 b00 402 35 0 28 6574616c 0 0 0 0
 b30 402
peer
 100 250000
 b08 4
peer
 240 470001
 1b00 402 402
 1b10 43
ring 1
do run 2
 > late from 1026 size 12 #67
 280 470000
peer
 240 480001
 1d00 402 35
 1d0c 28 6574616c 7f00 6cce1b80 558f 13024580 7fff 92ca0060 558f 402
 1d34 1
ring 1
do run 2
 ! late unbound 1026
 280 480000
do destroy late
do run 2
 * rang 1 0
 140 1e0001
 170 38
 d00 402 35 0 28 6574616c
 d14*7+4 0+0
 d30 402 1
peer
 100 260000
 d08 5
do run 2
)";

inline constexpr std::string_view buffers_256 = R"(
# the start
peer
 0 1 1
 10 14 3 7 2 1
 2c 200 20000080 40 100
 44 20001b00 40 100 1
do create flood
do create echo
do start
do run 64
peer
 24 1
 2c 204
 80*100+10 20003580+200
 88*100+10 200+0
 8c*ff+10 10002+10000
 107c 80000002 1000000
 1084*80+4 10000+20002
 1b0c*ff+10 10000+10000
 2afc 80000000 1
ring 0
do run 64
 ! flood link up
 ! echo link up
 * rang 2 0
 12c0 20001
 12c8 38 1 38
 1ac4 1
 3580 400 35
 358c 28 6f6f6c66 64
 35b0 400
 3780 401 35
 378c 28 6f686365
 37b0 401
peer
 8c 80000002
 9c 80000002
 1080 1020000
 3788 1
peer
 1b00 20023580
 1b08 200
 2b00 10001
 23580 400 35
 2358c 28 6f6f6c66 64 78
 235a0 1038b5c0 559f ba40
 235b0 400
ring 1
peer
 1b10 20023780
 1b18 200
 2b00 20001 10000
 23780 401 35
 2378c 28 6f686365 7f00 78
 237a0 1038b5c0 559f ba40
 237b0 401
ring 1
do run 64
 ! flood bound 1024
 ! echo bound 1025
 2d40 20000
 2d48 200 1 200
do run 64
peer
 1b0c 20000
 2b00 30001
 23584 400
 2358c c 0 4c4c4c4c 4c4c4c4c
ring 1
peer
 2b00 40001
 2b08 10000
 23784 401
 2378c c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 2d40 40000
 2d58 200 1 200
# more waits than a poll may do; one more comes before the next poll
peer
 1b20*3f+10 20023980+200
 1b28*3f+10 200+0
 2b00 450001
 2b0c*20+4 10000+20002
 2b8c 40
 23590*41+200 2+1
 23780*40+200 400+0
 23784*40+200 400+0
 2398c*3f+200 c+0
 23994*3f+200 4c4c4c4c+0
 23998*3f+200 4c4c4c4c+0
ring 1
do poll 64
 > flood from 1024 size 12 #2..65
 2d40 440000
 2d68*40+8 200+0
 2d6c*3f+8 1+1
peer
 1b0c 410000
 2b00 460001
 23590 43
ring 1
do run 64
 > flood from 1024 size 12 #66..67
 2d40 460000
 2f64 40 200
 2f70 200
# one more comes with the last message of a poll, one with the last of all
peer
 1b1c*3f+10 410000+0
 2b00 870001
 2b90*20+4 20001+20002
 23590 84
 23790*40+200 44+1
ring 1
during 40
peer
 2b00 880001
 2c10 10000
 23790 85
ring 1
end
during 42
peer
 2b00 890001
 2c14 2
 23990 86
ring 1
end
do run 64
 > flood from 1024 size 12 #68..134
 2d40 890000
 2f74*40+8 1+1
 2f78*43+8 200+0
 317c 1
 3184 2
# exactly what a poll may do
peer
 2b00 c90001
 2c14*1f+4 30002+20002
 2c90 40 1
 2358c 10 c5 50505050 50505050 50505050
 2378c 10 c6 50505050 50505050 50505050
 23b8c*3e+200 10+0
 23b90*3e+200 87+1
 23b94*3e+200 50505050+0
 23b98*3e+200 50505050+0
 23b9c*3e+200 50505050+0
ring 1
do poll 64
 > flood from 1024 size 16 #135..198
 2d40 c90000
 318c*3e+8 3+1
 3190*40+8 200+0
 3384 1
peer
 2b00 ca0001
 2c94 20001
 23990 c7
ring 1
do run 64
 > flood from 1024 size 12 #199
 2d40 ca0000
 338c 2 200
# more waits than a poll may do; one more comes before the next poll
peer
 2b00 10b0001 3a0039 3c003b 3e003d 40003f 10000 70002
 2c98*1b+4 40003+20002
 23590 106
 23790 107
 2398c 10 108 50505050 50505050 50505050
 23b90*3e+200 c8+1
ring 1
do poll 64
 > flood from 1024 size 16 #200..263
 2d40 10a0000
 2d44*8+8 39+1
 2d84 0
 2d8c 1
 3394*36+8 3+1
 3398*36+8 200+0
peer
 2b00 10c0001
 2b18 30002
 23b8c c 109 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 1024 size 16 #264
 > flood from 1024 size 12 #265
 2d40 10c0000
 2d94 2
 2d9c 3
# one more comes with the last message of a poll, one with the last of all
peer
 2b00 14d0001
 2b1c*1e+4 50004+20002
 2b94 40 20001 80003
 2358c c 147 4c4c4c4c 4c4c4c4c
 2378c c 148 4c4c4c4c 4c4c4c4c
 2398c c 149 4c4c4c4c 4c4c4c4c
 23b90 14a
 23d8c*3d+200 c+0
 23d90*3d+200 10a+1
 23d94*3d+200 4c4c4c4c+0
 23d98*3d+200 4c4c4c4c+0
ring 1
during 40
peer
 2b00 14e0001
 2b9c 40003
 23d90 14b
ring 1
end
during 42
peer
 2b00 14f0001
 2ba0 a0005
 23f90 14c
ring 1
end
do run 64
 > flood from 1024 size 12 #266..332
 2d40 14f0000
 2da4*3d+8 4+1
 2f8c*6+8 0+1
# exactly what a poll may do
peer
 2b00 18f0001
 2ba0*1e+4 60005+20002
 2c18 10000 30002 90004
 2358c*5+200 10+0
 23590*5+200 188+1
 23594*5+200 50505050+0
 23598*5+200 50505050+0
 2418c*3b+200 10+0
 24190*3b+200 14d+1
 24194*3b+200 50505050+0
 24198*3b+200 50505050+0
ring 1
do poll 64
 > flood from 1024 size 16 #333..396
 2d40 18f0000
 2fbc*3b+8 6+1
 3194*5+8 0+1
peer
 2b00 1900001
 2c20 50004
 23f90 18d
ring 1
do run 64
 > flood from 1024 size 12 #397
 2d40 1900000
 31bc 5
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 3 0
 12c0 50001
 12d4 2 24 3 24 4 24
 3980 400 400
 398c 14
 3994 54545454 54545454 54545454 54545454
 3b80 400 400
 3b8c 14 1 54545454 54545454 54545454 54545454
 3d80 400 400
 3d8c 14 2 54545454 54545454 54545454 54545454
peer
 ac 80000002
 bc 80000002
 cc 80000002
 1080 1050000
 3988 2
 3b88 3
 3d88 4
do run 64
do send flood 3 258 12
 ? sent 256
 * rang 256 0
 12c0 1050000
 12c8*100+8 1c+0
 12ec*fb+8 5+1
 3584 400
 358c*100+200 c+0
 3590*5+200 fe+1
 3594*100+200 4c4c4c4c+0
 3598*100+200 4c4c4c4c+0
 3780 400 400 0
 3988 0
 3b88 0
 3d88 0
 3f80*fb+200 400+0
 3f84*fb+200 400+0
 3f90*fb+200 3+1
peer
 dc*fa+10 80000002+0
 1080 2050000
 3788*ff+200 1+1
ring 0
do time 100
do run 64
 ! flood writable
 12c0 1050001
do run 64
do send flood 259 2 496
 ? sent 2
 * rang 2 0
 12c0 1070001
 12f0 200
 12f8 200
 3f88 0 1f0 103
 3f94*7b+4 70707070+0
 4188 0 1f0 104
 4194*7b+4 70707070+0
peer
 1080 2070000
 3f88 5
 4188 6
do run 64
# held, and given back in another order
do hold 3
peer
 2b00 1940001
 2c24 70006 90008
 2418c c 18e 4c4c4c4c 4c4c4c4c
 2438c c 18f 4c4c4c4c 4c4c4c4c
 2458c c 190 4c4c4c4c 4c4c4c4c
 2478c c 191 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 1024 size 12 #398..401
 2d40 1910000
 31c4 9
peer
 1f10*bf+10 2002b780+200
 1f18*bf+10 200+0
 2b00 2910001
 2b04*48+4 70006f+20002
 2c24 700ff
 2c2c*1b+4 b000a+20002
 2c98 40 20001 40003 90005
 2ca8*17+4 420041+20002
 2358c*5+200 c+0
 23590*6+200 1c9+1
 23594*5+200 4c4c4c4c+0
 23598*5+200 4c4c4c4c+0
 24790 1cf
 2498c*f6+200 c+0
 24990*37+200 192+1
 24994*f6+200 4c4c4c4c+0
 24998*f6+200 4c4c4c4c+0
 2b780*bf+200 400+0
 2b784*bf+200 400+0
 2b790*bf+200 1d0+1
ring 1
do run 64
 > flood from 1024 size 12 #402..654
 2d40 28e0000
 2d44*8e+8 72+1
 31cc*37+8 a+1
 3384*6+8 0+1
 33b4 9
 33bc*31+8 41+1
peer
 1bac 80000000
 1bbc 80000000
 2b00 2930001
 2c24 a00ff 9000b
 24990 28f
 24b90 290
ring 1
do release
 2d40 2910000
 31b4 8
 31bc 7
 31c4 6
do run 64
 > flood from 1024 size 12 #655..656
 2d40 2930000
peer
 1b0c*a+10 80000000+0
 1bcc*f3+10 80000000+0
 2b00 3910001
 2b04*47+4 730072+20002
 2c20 70008 a0006
 2c28*1b+4 c000b+20002
 2c94 10000 30002 50004 410009
 2ca4*18+4 430042+20002
 23590*6+200 2c6+1
 24190 38e
 24390 38d
 24590 38c
 24790 2cc
 24d90*35+200 291+1
 2b790*bf+200 2cd+1
ring 1
do run 64
 > flood from 1024 size 12 #657..910
 2d40 3910000
# the peer holds, too
do send flood 261 5 12
 ? sent 5
 * rang 5 0
 12c0 10c0001
 4388*5+200 0+0
 4390*5+200 105+1
peer
 10c 70002
 11c 80002
 12c 90002
 13c 90002
 1080 2090000
 1090 a0006 9000b
 4388 10007
 4588 10008
 4788 10009
 4988 a
 4b88 b
do run 64
peer
 1080 20c0000
 1098 70008
 4388 7
 4588 8
 4788 9
do time 100
do run 64
do send flood 266 256 12
 ? sent 256
 * rang 256 0
 12c0 20c0001
 12f0 1c
 12f8 1c a
 1304 b
 1314 8
 131c 7
 3590*7+200 1fe+1
 3788*ff+200 0+0
 3f8c c
 3f94 4c4c4c4c 4c4c4c4c
 418c c
 4194 4c4c4c4c 4c4c4c4c
 4390 209
 4590 208
 4790 207
 4990 205
 4b90 206
 4d90*f4+200 10a+1
peer
 10c 80000002
 11c 80000002
 12c 80000002
 13c 80000002
 1080 30c0000
 3788*6+200 1+1
 4388 b
 4588 a
 4788 9
 4988 7
 4b88 8
 4d88*f4+200 c+1
do time 100
do run 64
do run 64
# names come and go
peer
 2b00 3920001
 24980 402 35
 2498c 28 6574616c 7f00 78 0 10397750 559f 208b0
 249b0 402
ring 1
do run 64
 2d40 3920000
do create late
 ! late link up
do run 64
 ! late bound 1026
 * rang 1 0
 12c0 20d0001
 1328 38
 4d80 402 35 0 28 6574616c 0 0
 4db0 402
peer
 1080 30d0000
 4d88 c
peer
 2b00 3930001
 24b80 402 402
 24b90 38f
ring 1
do run 64
 > late from 1026 size 12 #911
 2d40 3930000
peer
 2b00 3940001
 24d80 402 35
 24d8c 28 6574616c 7f00 f8387b80 559e 28d6bff0 7fff 1037afd0 559f 402
 24db4 1
ring 1
do run 64
 ! late unbound 1026
 2d40 3940000
do destroy late
do run 64
 * rang 1 0
 12c0 20e0001
 1330 38
 4f80 402 35 0 28 6574616c 0 0
 4fb0 402 1
peer
 1080 30e0000
 4f88 d
do run 64
)";

inline constexpr std::string_view restart = R"(
# nothing is announced: all indices stay 0 but the one of the peer
peer
 0 1 1
 10 14 3 7 2 1
 2c 200 20000080 40 8
 44 200001c0 40 8 1
do listen quiet 200
do start
do run 64
peer
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1cc*7+10 10000+10000
 23c 80000000 1
ring 0
do run 64
 ! quiet link up
 140 1
 184 1
do hold 1
peer
 1c0 20001300
 1c8 200
 240 10001
 1300 1 c8
 130c c
 1314 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 ! quiet bound 1
 > quiet from 1 size 12 #0
# the driver starts anew in silence; reset() tells
peer
 140 0
 184 0
 1c0 0
 1c8 0
 240 1
ring 0
peer
 1c0 20001300
 1c8 200
 240 10001
 1310 1
ring 1
do reset
 ! quiet unbound 1
 ! quiet link down
do run 64
 ! quiet link up
 ! quiet bound 1
 > quiet from 1 size 12 #1
 140 1
 184 1
 280 10000
 288 200
do release
do run 64
peer
 240 20001
 1310 2
ring 1
do run 64
 > quiet from 1 size 12 #2
 280 20000
 290 200
peer
 240 30001
 1310 3
ring 1
do run 64
 > quiet from 1 size 12 #3
 280 30000
 298 200
peer
 240 40001
 1310 4
ring 1
do run 64
 > quiet from 1 size 12 #4
 280 40000
 2a0 200
# closed and started twice before a poll
do hold 1
peer
 1d0 20001500
 1d8 200
 240 60001
 24c 10000
 1310 5
 1500 1 c8
 150c c 6 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > quiet from 1 size 12 #5..6
 280 50000
 2a4 1 200
peer
 1e0 20001700
 1e8 200
 240 80001
 250 20001
 1510 7
 1700 1 c8
 170c c 8 4c4c4c4c 4c4c4c4c
ring 1
do again 2
 ! quiet unbound 1
 ! quiet link down
 280 60000
 2b0 200
do run 64
 ! quiet link up
 ! quiet bound 1
 > quiet from 1 size 12 #7..8
 280 80000
 2b4 1 200 2 200
do release
do run 64
peer
 1cc 30000
 240 90001
 1310 9
ring 1
do run 64
 > quiet from 1 size 12 #9
 280 90000
peer
 1dc 30000
 240 a0001 10000
 1510 a
ring 1
do run 64
 > quiet from 1 size 12 #10
 280 a0000
 28c 1
peer
 240 b0001
 248 2
 1710 b
ring 1
do run 64
 > quiet from 1 size 12 #11
 280 b0000
 294 2
peer
 240 c0001
 1310 c
ring 1
do run 64
 > quiet from 1 size 12 #12
 280 c0000
peer
 240 d0001
 24c 10001
 1510 d
ring 1
do run 64
 > quiet from 1 size 12 #13
 280 d0000
peer
 240 e0001
 24c 20001
 1710 e
ring 1
do run 64
 > quiet from 1 size 12 #14
 280 e0000
 2ac 2
peer
 240 f0001
 250 20000
 1310 f
ring 1
do run 64
 > quiet from 1 size 12 #15
 280 f0000
 2b4 0
peer
 240 100001
 250 10000
 1510 10
ring 1
do run 64
 > quiet from 1 size 12 #16
 280 100000
 2bc 1
peer
 240 110001 10002
 1710 11
ring 1
do run 64
 > quiet from 1 size 12 #17
 280 110000 2
peer
 240 120001 2
 1310 12
ring 1
do run 64
 > quiet from 1 size 12 #18
 280 120000
 28c 0
# closed and started once, messages wait
peer
 240 150001
 248 20001 20000
 1310 15
 1510 13
 1710 14
ring 1
do again 1
 ! quiet unbound 1
 ! quiet link down
do run 64
 ! quiet link up
 ! quiet bound 1
 > quiet from 1 size 12 #19..21
 280 150000
 294 1
 29c 2
 2a4 0
# the driver says that it stops, and starts anew
peer
 2c 240
ring 0
do run 64
 ! quiet unbound 1
 ! quiet link down
peer
 2c 204
 140 0
 184 0
 1c0*6+8 0+0
 1cc 10000
 1dc 20000
 240 1 0 0 0 0
 280*9+8 0+0
 284 0
 294 0
 29c 0
 2ac 0
 2bc 0
ring 0
do run 64
 ! quiet link up
 140 1
 184 1
peer
 1c0 20001300
 1c8 200
 240 10001
 1310 16
ring 1
do run 64
 ! quiet bound 1
 > quiet from 1 size 12 #22
 280 10000
 288 200
peer
 240 20001
 1310 17
ring 1
do run 64
 > quiet from 1 size 12 #23
 280 20000
 290 200
peer
 240 30001
 1310 18
ring 1
do run 64
 > quiet from 1 size 12 #24
 280 30000
 298 200
)";

inline constexpr std::string_view release_after_restart = R"(
peer
 0 1 1
 10 14 3 7 2 1
 2c 200 20000080 40 8
 44 200001c0 40 8 1
do listen quiet 200
do start
do run 64
peer
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1cc*7+10 10000+10000
 23c 80000000 1
ring 0
do run 64
 ! quiet link up
 140 1
 184 1
peer
 1c0 20001300
 1c8 200
 240 10001
 1300 1 c8
 130c c
 1314 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 ! quiet bound 1
 > quiet from 1 size 12 #0
 280 10000
 288 200
peer
 240 20001
 1310 1
ring 1
do run 64
 > quiet from 1 size 12 #1
 280 20000
 290 200
peer
 240 30001
 1310 2
ring 1
do run 64
 > quiet from 1 size 12 #2
 280 30000
 298 200
do hold 1
peer
 240 40001
 1310 3
ring 1
do run 64
 > quiet from 1 size 12 #3
# the driver starts anew in silence; before a poll what was held is given back
peer
 140 0
 184 0
 1c0 0
 1c8 0
 240 1
 280 0
 288 0
 290 0
 298 0
ring 0
do release
do run 64
 ! quiet unbound 1
 ! quiet link down
 ! quiet link up
 140 1
 184 1
peer
 1c0 20001300
 1c8 200
 240 10001
 1310 4
ring 1
do run 64
 ! quiet bound 1
 > quiet from 1 size 12 #4
 280 10000
 288 200
peer
 240 20001
 1310 5
ring 1
do run 64
 > quiet from 1 size 12 #5
 280 20000
 290 200
peer
 240 30001
 1310 6
ring 1
do run 64
 > quiet from 1 size 12 #6
 280 30000
 298 200
do reset
 ! quiet unbound 1
 ! quiet link down
do run 64
 ! quiet link up
peer
 240 40001
 1310 7
ring 1
do run 64
 ! quiet bound 1
 > quiet from 1 size 12 #7
 280 40000
 2a0 200
peer
 240 50001
 1310 8
ring 1
do run 64
 > quiet from 1 size 12 #8
 280 50000
 2a8 200
peer
 240 60001
 1310 9
ring 1
do run 64
 > quiet from 1 size 12 #9
 280 60000
 2b0 200
peer
 240 70001
 1310 a
ring 1
do run 64
 > quiet from 1 size 12 #10
 280 70000
 2b8 200
peer
 240 80001
 1310 b
ring 1
do run 64
 > quiet from 1 size 12 #11
 280 80000
 2c0 200
peer
 240 90001
 1310 c
ring 1
do run 64
 > quiet from 1 size 12 #12
 280 90000
peer
 240 a0001
 1310 d
ring 1
do run 64
 > quiet from 1 size 12 #13
 280 a0000
peer
 240 b0001
 1310 e
ring 1
do run 64
 > quiet from 1 size 12 #14
 280 b0000
peer
 240 c0001
 1310 f
ring 1
do run 64
 > quiet from 1 size 12 #15
 280 c0000
peer
 240 d0001
 1310 10
ring 1
do run 64
 > quiet from 1 size 12 #16
 280 d0000
peer
 240 e0001
 1310 11
ring 1
do run 64
 > quiet from 1 size 12 #17
 280 e0000
peer
 240 f0001
 1310 12
ring 1
do run 64
 > quiet from 1 size 12 #18
 280 f0000
peer
 240 100001
 1310 13
ring 1
do run 64
 > quiet from 1 size 12 #19
 280 100000
peer
 240 110001
 1310 14
ring 1
do run 64
 > quiet from 1 size 12 #20
 280 110000
peer
 240 120001
 1310 15
ring 1
do run 64
 > quiet from 1 size 12 #21
 280 120000
peer
 240 130001
 1310 16
ring 1
do run 64
 > quiet from 1 size 12 #22
 280 130000
peer
 240 140001
 1310 17
ring 1
do run 64
 > quiet from 1 size 12 #23
 280 140000
peer
 240 150001
 1310 18
ring 1
do run 64
 > quiet from 1 size 12 #24
 280 150000
peer
 240 160001
 1310 19
ring 1
do run 64
 > quiet from 1 size 12 #25
 280 160000
peer
 240 170001
 1310 1a
ring 1
do run 64
 > quiet from 1 size 12 #26
 280 170000
)";

inline constexpr std::string_view names = R"(
# the start
peer
 0 1 1
 10 14 3 7 2 1
 2c 200 20000080 40 8
 44 200001c0 40 8 1
do create flood
do create echo
do start
do run 64
peer
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1cc*7+10 10000+10000
 23c 80000000 1
ring 0
do run 64
 ! flood link up
 ! echo link up
 * rang 2 0
 140 20001
 148 38 1 38
 184 1
 300 400 35
 30c 28 6f6f6c66 64
 330 400
 500 401 35
 50c 28 6f686365
 530 401
peer
 8c 80000002
 9c 80000002
 100 a0000
 508 1
peer
 1c0 20001300
 1c8 200
 240 10001
 1300 400 35
 130c 28 6f6f6c66 64 78
 1320 88394260 5644 2da0
 1330 400
ring 1
peer
 1d0 20001500
 1d8 200
 240 20001 10000
 1500 401 35
 150c 28 6f686365 5600 78
 1520 88394260 5644 2da0
 1530 401
ring 1
do run 64
 ! flood bound 1024
 ! echo bound 1025
 280 20000
 288 200 1 200
do run 64
peer
 1cc 20000
 240 30001
 1304 400
 130c c 0 4c4c4c4c 4c4c4c4c
ring 1
peer
 240 40001
 248 10000
 1504 401
 150c c 1 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 280 40000
 298 200 1 200
# eighteen names, of which a pool of sixteen keeps sixteen for later
peer
 240 50001
 1300 402 35
 130c 28 656d616e 302d 78
 1330 402
ring 1
do run 64
 280 50000
 2a8 200
peer
 240 60001
 24c 10000
 1500 403 35
 150c 28 656d616e 312d 78
 1530 403
ring 1
do run 64
 280 60000
 2ac 1 200
peer
 240 70001
 1300 404
 1314 322d
 1330 404
ring 1
do run 64
 280 70000
 2b8 200
peer
 240 80001
 250 10000
 1500 405
 1514 332d
 1530 405
ring 1
do run 64
 280 80000
 2bc 1 200
peer
 240 90001
 1300 406
 1314 342d
 1320 88394470
 1328 2b90
 1330 406
ring 1
do run 64
 280 90000
peer
 240 a0001
 1500 407
 1514 352d
 1520 88396780
 1528 880
 1530 407
ring 1
do run 64
 280 a0000
peer
 240 b0001
 1300 408
 1314 362d
 1320 88396780
 1328 880
 1330 408
ring 1
do run 64
 280 b0000
peer
 240 c0001
 1500 409
 1514 372d
 1530 409
ring 1
do run 64
 280 c0000
peer
 240 d0001
 1300 40a
 1314 382d
 1330 40a
ring 1
do run 64
 280 d0000
peer
 240 e0001
 1500 40b
 1514 392d
 1530 40b
ring 1
do run 64
 280 e0000
peer
 240 f0001
 1300 40c
 1314 30312d
 1330 40c
ring 1
do run 64
 280 f0000
peer
 240 100001
 1500 40d
 1514 31312d
 1530 40d
ring 1
do run 64
 280 100000
peer
 240 110001
 1300 40e
 1314 32312d
 1330 40e
ring 1
do run 64
 280 110000
peer
 240 120001
 1500 40f
 1514 33312d
 1530 40f
ring 1
do run 64
 280 120000
peer
 240 130001
 1300 410
 1314 34312d
 1320 88398a90
 1328 20570
 1330 410
ring 1
do run 64
 280 130000
peer
 240 140001
 1500 411
 1514 35312d
 1520 88398a90
 1528 1e570
 1530 411
ring 1
do run 64
 280 140000
peer
 240 150001
 1300 412
 1314 36312d
 1320 883980c0
 1328 1df40
 1330 412
ring 1
do run 64
 ! flood names forgotten
 ! echo names forgotten
 280 150000
peer
 240 160001
 1500 413
 1514 37312d
 1520 883980c0
 1528 1df40
 1530 413
ring 1
do run 64
 280 160000
# those that are asked for are bound at once, one that was forgotten by the first message
do create name-17
 ! name-17 link up
do run 64
 ! name-17 bound 1043
 * rang 1 0
 140 30001
 154 2 38
 700 402 35
 70c 28 656d616e 37312d
 730 402
peer
 ac 80000002
 100 b0000
 708 2
do create name-6
 ! name-6 link up
do run 64
 ! name-6 bound 1032
 * rang 1 0
 140 40001
 15c 3 38
 900 403 35
 90c 28 656d616e 362d
 930 403
peer
 bc 80000002
 100 c0000
 908 3
do create name-16
 ! name-16 link up
do run 64
 ! name-16 bound 1042
 * rang 1 0
 140 50001
 164 4 38
 b00 404 35
 b0c 28 656d616e 36312d
 b30 404
peer
 cc 80000002
 100 d0000
 b08 4
do create name-7
 ! name-7 link up
do run 64
 ! name-7 bound 1033
 * rang 1 0
 140 60001
 16c 5 38
 d00 405 35
 d0c 28 656d616e 372d
 d30 405
peer
 dc 80000002
 100 e0000
 d08 5
do create name-15
 ! name-15 link up
do run 64
 ! name-15 bound 1041
 * rang 1 0
 140 70001
 174 6 38
 f00 406 35
 f0c 28 656d616e 35312d
 f30 406
peer
 ec 80000002
 100 f0000
 f08 6
do create name-8
 ! name-8 link up
do run 64
 ! name-8 bound 1034
 * rang 1 0
 140 80001
 17c 7 38
 1100 407 35
 110c 28 656d616e 382d
 1130 407
peer
 100 100000
 1108 7
do create name-14
 ! name-14 link up
do run 64
 ! name-14 bound 1040
 * rang 1 0
 140 90001
 300 408
 310 656d616e 34312d
 330 408
peer
 100 110000
do create name-0
 ! name-0 link up
do run 64
 * rang 1 0
 140 a0001
 500 409
 508 0
 510 656d616e 302d
 530 409
peer
 100 120000
 508 1
peer
 240 170001
 1300 413 402
 130c c 2 4c4c4c4c 4c4c4c4c
ring 1
peer
 240 180001
 1500 408 403
 150c c 3 4c4c4c4c 4c4c4c4c
ring 1
peer
 1e0 20001700
 1e8 200
 240 190001 10002
 1700 412 404
 170c c 4 4c4c4c4c 4c4c4c4c
ring 1
peer
 1f0 20001900
 1f8 200
 240 1a0001 30002
 1900 409 405
 190c c 5 4c4c4c4c 4c4c4c4c
ring 1
peer
 200 20001b00
 208 200
 240 1b0001
 248 10004
 1b00 411 406
 1b0c c 6 4c4c4c4c 4c4c4c4c
ring 1
peer
 210 20001d00
 218 200
 240 1c0001
 248 50004
 1d00 40a 407
 1d0c c 7 4c4c4c4c 4c4c4c4c
ring 1
peer
 220 20001f00
 228 200
 240 1d0001
 24c 10006
 1f00 410 408
 1f0c c 8 4c4c4c4c 4c4c4c4c
ring 1
peer
 230 20002100
 238 200
 240 1e0001
 24c 70006
 2100 402 409
 210c c 9 4c4c4c4c 4c4c4c4c
ring 1
do run 64
 > name-17 from 1043 size 12 #2
 > name-6 from 1032 size 12 #3
 > name-16 from 1042 size 12 #4
 > name-7 from 1033 size 12 #5
 > name-15 from 1041 size 12 #6
 > name-8 from 1034 size 12 #7
 > name-14 from 1040 size 12 #8
 ! name-0 bound 1026
 > name-0 from 1026 size 12 #9
 280 1e0000
 284*6+8 2+1
do send name-17 0 1 12
 ? sent 1
 * rang 1 0
 140 b0001
 158 1c
 704 413 0 c 0 4c4c4c4c 4c4c4c4c
peer
 100 130000
 708 2
do send name-6 1 1 12
 ? sent 1
 * rang 1 0
 140 c0001
 160 1c
 904 408 0 c 1 4c4c4c4c 4c4c4c4c
peer
 100 140000
 908 3
do send name-16 2 1 12
 ? sent 1
 * rang 1 0
 140 d0001
 168 1c
 b04 412 0 c 2 4c4c4c4c 4c4c4c4c
peer
 100 150000
 b08 4
do send name-7 3 1 12
 ? sent 1
 * rang 1 0
 140 e0001
 170 1c
 d04 409 0 c 3 4c4c4c4c 4c4c4c4c
peer
 100 160000
 d08 5
do send name-15 4 1 12
 ? sent 1
 * rang 1 0
 140 f0001
 178 1c
 f04 411 0 c 4 4c4c4c4c 4c4c4c4c
peer
 100 170000
 f08 6
do send name-8 5 1 12
 ? sent 1
 * rang 1 0
 140 100001
 180 1c
 1104 40a 0 c 5 4c4c4c4c 4c4c4c4c
peer
 100 180000
 1108 7
do send name-14 6 1 12
 ? sent 1
 * rang 1 0
 140 110001
 148 1c
 304 410
 30c c 6 4c4c4c4c 4c4c4c4c
peer
 100 190000
do send name-0 7 1 12
 ? sent 1
 * rang 1 0
 140 120001
 150 1c
 504 402 0 c 7 4c4c4c4c 4c4c4c4c
peer
 100 1a0000
 508 1
# half of them go, and come back elsewhere
peer
 1cc 80000000
 240 1f0001
 1304 35
 130c 28 656d616e 37312d 875bab80 5644 8838a200
 1328 88390f70 5644 413 1
ring 1
do run 64
 ! name-17 unbound 1043
 280 1f0000
peer
 1dc 80000000
 240 200001
 1500 412 35
 150c 28 656d616e 36312d 875bab80 5644 8838a200
 1528 88390bc0 5644 412 1
ring 1
do run 64
 ! name-16 unbound 1042
 280 200000
peer
 1ec 80000000
 240 210001
 1700 411 35
 170c 28 656d616e 35312d 875bab80 5644 8838a200 5644 8838cdf0 5644 411
 1734 1
ring 1
do run 64
 ! name-15 unbound 1041
 280 210000
peer
 1fc 80000000
 240 220001
 1900 410 35
 190c 28 656d616e 34312d 875bab80 5644 8838a200 5644 8838cc00 5644 410
 1934 1
ring 1
do run 64
 ! name-14 unbound 1040
 280 220000
peer
 20c 80000000
 240 230001
 1b00 414 35
 1b0c 28 656d616e 37312d 78
 1b20 8839ac90 5644 1b370
 1b30 414
ring 1
do run 64
 ! name-17 bound 1044
 280 230000
peer
 21c 80000000
 240 240001
 1d00 415 35
 1d0c 28 656d616e 36312d 78
 1d20 8839ac90 5644 1b370
 1d30 415
ring 1
do run 64
 ! name-16 bound 1045
 280 240000
peer
 22c 80000000
 240 250001
 1f00 416 35
 1f0c 28 656d616e 35312d 78
 1f20 8839ac90 5644 1b370
 1f30 416
ring 1
do run 64
 ! name-15 bound 1046
 280 250000
peer
 240 260001
 2100 417 35
 210c 28 656d616e 34312d 78
 2120 8839ac90 5644 1b370
 2130 417
ring 1
do run 64
 ! name-14 bound 1047
 280 260000
do send name-17 8 1 12
 ? sent 1
 * rang 1 0
 140 130001
 704 414 0
 710 8
peer
 100 1b0000
 708 2
do send name-6 9 1 12
 ? sent 1
 * rang 1 0
 140 140001
 908 0
 910 9
peer
 100 1c0000
 908 3
do send name-16 10 1 12
 ? sent 1
 * rang 1 0
 140 150001
 b04 415 0
 b10 a
peer
 100 1d0000
 b08 4
do send name-7 11 1 12
 ? sent 1
 * rang 1 0
 140 160001
 d08 0
 d10 b
peer
 100 1e0000
 d08 5
do send name-15 12 1 12
 ? sent 1
 * rang 1 0
 140 170001
 f04 416 0
 f10 c
peer
 100 1f0000
 f08 6
do send name-8 13 1 12
 ? sent 1
 * rang 1 0
 140 180001
 1108 0
 1110 d
peer
 100 200000
 1108 7
do send name-14 14 1 12
 ? sent 1
 * rang 1 0
 140 190001
 304 417
 310 e
peer
 100 210000
do send name-0 15 1 12
 ? sent 1
 * rang 1 0
 140 1a0001
 508 0
 510 f
peer
 100 220000
 508 1
)";

} // namespace live::openamp_host
