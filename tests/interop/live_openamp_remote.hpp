#pragma once

#include <string_view>

/// What OpenAMP's remote (open-amp 23d4c5d with libmetal bd97c9a, v1.10.0) wrote and rang beside this library, in one thread, step by step;
/// live_replay.hpp says how to read it.
namespace live::openamp_remote {

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
 ! flood link up
 ! echo link up
 * rang 1 2
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1c0*8+10 20001300+200
 1c8*8+10 200+0
 1cc*7+10 10000+10000
 23c 80000000 20001 10000
 1300 400 35
 130c 28 6f6f6c66 64
 1330 400
 1500 401 35
 150c 28 6f686365
 1530 401
peer
 140 1
peer
 280 20000
 288 200 1 200
 1508 1
peer
 140 10001
 148 200
 300 400 35
 30c 28 6f6f6c66 64 78
 320 b648e9d0 561c 4630
 330 400
ring 0
peer
 140 20001
 14c 1 200
 500 401 35
 50c 28 6f686365 5600 78
 520 b648e9d0 561c 4630
 530 401
ring 0
do run 1
 ! flood bound 1024
 ! echo bound 1025
 100 a0000
do run 1
peer
 140 30001
 154 2 200
 700 400 400
 70c c
 714 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 40001
 15c 3 200
 900 401 401
 90c c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 100 c0000
# more waits than a poll may do; one more comes before the next poll
peer
 140 60001
 164 4 200 5 200
 b00 400 400
 b0c c 2 4c4c4c4c 4c4c4c4c
 d00 400 400
 d0c c 3 4c4c4c4c 4c4c4c4c
ring 0
do poll 1
 > flood from 1024 size 12 #2
 100 d0000
peer
 140 70001
 174 6 200
 f00 400 400
 f0c c 4 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 1024 size 12 #3..4
 100 f0000
# one more comes with the last message of a poll, one with the last of all
peer
 140 90001
 17c 7 200
 304 400
 30c c 6 4c4c4c4c 4c4c4c4c
 1100 400 400
 110c c 5 4c4c4c4c 4c4c4c4c
ring 0
during 1
peer
 140 a0001
 500 400 400
 50c c 7 4c4c4c4c 4c4c4c4c
ring 0
end
during 3
peer
 140 b0001
 710 8
ring 0
end
do run 1
 > flood from 1024 size 12 #5..8
 100 130000
# exactly what a poll may do
peer
 140 c0001
 900 400 400
 90c 10 9 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 1024 size 16 #9
 100 140000
peer
 140 d0001
 b10 a
ring 0
do run 1
 > flood from 1024 size 12 #10
 100 150000
# more waits than a poll may do; one more comes before the next poll
peer
 140 f0001
 d0c 10 b 50505050 50505050 50505050
 f0c 10 c 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 1024 size 16 #11
 100 160000
peer
 140 100001
 1110 d
ring 0
do run 1
 > flood from 1024 size 16 #12
 > flood from 1024 size 12 #13
 100 180000
# one more comes with the last message of a poll, one with the last of all
peer
 140 120001
 310 e
 510 f
ring 0
during 1
peer
 140 130001
 710 10
ring 0
end
during 3
peer
 140 140001
 90c c 11 4c4c4c4c 4c4c4c4c
ring 0
end
do run 1
 > flood from 1024 size 12 #14..17
 100 1c0000
# exactly what a poll may do
peer
 140 150001
 b0c 10 12 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 1024 size 16 #18
 100 1d0000
peer
 140 160001
 d0c c 13 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 1024 size 12 #19
 100 1e0000
# more waits than a poll may do; one more comes before the next poll
peer
 140 180001
 f0c 14 14 54545454 54545454 54545454 54545454
 110c 14 15 54545454 54545454 54545454 54545454
ring 0
do poll 1
 > flood from 1024 size 20 #20
 100 1f0000
peer
 140 190001
 310 16
ring 0
do run 1
 > flood from 1024 size 20 #21
 > flood from 1024 size 12 #22
 100 210000
# one more comes with the last message of a poll, one with the last of all
peer
 140 1b0001
 510 17
 710 18
ring 0
during 1
peer
 140 1c0001
 910 19
ring 0
end
during 3
peer
 140 1d0001
 b0c c 1a 4c4c4c4c 4c4c4c4c
ring 0
end
do run 1
 > flood from 1024 size 12 #23..26
 100 250000
# exactly what a poll may do
peer
 140 1e0001
 d0c 10 1b 50505050 50505050
ring 0
do poll 1
 > flood from 1024 size 16 #27
 100 260000
peer
 140 1f0001
 f0c c 1c 4c4c4c4c 4c4c4c4c
ring 0
do run 1
 > flood from 1024 size 12 #28
 100 270000
# more waits than a poll may do; one more comes before the next poll
peer
 140 210001
 310 1e
 110c c 1d 4c4c4c4c 4c4c4c4c
ring 0
do poll 1
 > flood from 1024 size 12 #29
 100 280000
peer
 140 220001
 510 1f
ring 0
do run 1
 > flood from 1024 size 12 #30..31
 100 2a0000
# one more comes with the last message of a poll, one with the last of all
peer
 140 240001
 710 20
 910 21
ring 0
during 1
peer
 140 250001
 b10 22
ring 0
end
during 3
peer
 140 260001
 d0c c 23 4c4c4c4c 4c4c4c4c
ring 0
end
do run 1
 > flood from 1024 size 12 #32..35
 100 2e0000
# exactly what a poll may do
peer
 140 270001
 f0c 10 24 50505050 50505050 50505050
ring 0
do poll 1
 > flood from 1024 size 16 #36
 100 2f0000
peer
 140 280001
 1110 25
ring 0
do run 1
 > flood from 1024 size 12 #37
 100 300000
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 0 3
 240 50001
 248 30002 4
 1700 400 400
 170c 14
 1714 54545454 54545454 54545454 54545454
 1900 400 400
 190c 14 1 54545454 54545454 54545454 54545454
 1b00 400 400
 1b0c 14 2 54545454 54545454 54545454 54545454
peer
 280 50000
 294 2 200 3 200 4 200
 1708 2
 1908 3
 1b08 4
do run 1
do send flood 3 10 12
 ? sent 8
 * rang 0 8
 240 d0000
 24c 50004 70006
 1304 400
 130c*8+200 c+0
 1310*5+200 6+1
 1314*8+200 4c4c4c4c+0
 1318*8+200 4c4c4c4c+0
 1500 400 400 0
 1708 0
 1908 0
 1b08 0
 1d00 400 400
 1d10 3
 1f00 400 400
 1f10 4
 2100 400 400
 2110 5
peer
 280 d0000
 2ac 5 200 6 200 7 200
 1508*7+200 1+1
ring 1
do time 100
do run 1
 ! flood writable
 240 d0001
do run 1
do send flood 11 2 496
 ? sent 2
 * rang 0 2
 240 f0001
 1d08 0 1f0 b
 1d14*7b+4 70707070+0
 1f08 0 1f0 c
 1f14*7b+4 70707070+0
peer
 280 f0000
 1d08 5
 1f08 6
do run 1
# held, and given back in another order
do hold 3
peer
 140 2c0001
 310 26
 510 27
 710 28
 910 29
ring 0
do run 1
 > flood from 1024 size 12 #38..41
 100 310000 10003
peer
 140 310001 3
 910 2e
 b10 2a
 d10 2b
 f0c c 2c 4c4c4c4c 4c4c4c4c
 1110 2d
ring 0
do run 1
 > flood from 1024 size 12 #42..46
 100 360000 40003 60005 30007
peer
 140 330001
 14c 4
 154 5
 b10 2f
 d10 30
ring 0
do release
 100 390000 40000
 110 10002
do run 1
 > flood from 1024 size 12 #47..48
 100 3b0000
peer
 140 390001 0
 15c 6
 164 7
 16c 3
 174 2
 17c 1
 310 36
 510 35
 710 34
 910 33
 f10 31
 1110 32
ring 0
do run 1
 > flood from 1024 size 12 #49..54
 100 410000
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 0 5
 240 140001
 1310 e
 1508 0
 1510 f
 1708 0
 1710 10
 1908 0
 1910 11
 2108 0
 2110 d
peer
 280 110000 3
 2bc 2
 1308 10000
 1508 10001
 1708 2
 1908 3
 2108 10007
do run 1
peer
 280 140000
 294 0
 29c 7
 1308 0
 1508 1
 2108 7
do time 100
do run 1
do send flood 18 8 12
 ? sent 8
 * rang 0 8
 240 1c0001 10003 70000
 250 20006
 1310 18
 1508*7+200 0+0
 1510 17
 1710 15
 1910 16
 1b10 12
 1d0c c 13 4c4c4c4c 4c4c4c4c
 1f0c c 14 4c4c4c4c 4c4c4c4c
 2110 19
peer
 280 1c0000
 1508*7+200 1+1
do time 100
do run 1
do run 1
# names come and go
peer
 140 3a0001
 b00 402 35
 b0c 28 6574616c 5600 78 0 b6493570 561c 20a90
 b30 402
ring 0
do run 1
 100 420000
do create late
 ! late link up
do run 1
 ! late bound 1026
 * rang 0 1
 240 1d0001
 1b00 402 35 0 28 6574616c 0 0 0 0
 1b30 402
peer
 280 1d0000
 1b08 4
peer
 140 3b0001
 d00 402 402
 d10 37
ring 0
do run 1
 > late from 1026 size 12 #55
 100 430000
peer
 140 3c0001
 f00 402 35
 f0c 28 6574616c 7f00 ae234b80 561c d809da40 7ffe b6488330 561c 402
 f34 1
ring 0
do run 1
 ! late unbound 1026
 100 440000
do destroy late
do run 1
 * rang 0 1
 240 1e0001
 1d00 402 35 0 28 6574616c
 1d14*7+4 0+0
 1d30 402 1
peer
 280 1e0000
 1d08 5
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
 ! flood link up
 ! echo link up
 * rang 1 2
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1c0*8+10 20001300+200
 1c8*8+10 200+0
 1cc*7+10 10000+10000
 23c 80000000 20001 10000
 1300 400 35
 130c 28 6f6f6c66 64
 1330 400
 1500 401 35
 150c 28 6f686365
 1530 401
peer
 140 1
peer
 280 20000
 288 200 1 200
 1508 1
peer
 140 10001
 148 200
 300 400 35
 30c 28 6f6f6c66 64 78
 320 7afad9d0 5605 4630
 330 400
ring 0
peer
 140 20001
 14c 1 200
 500 401 35
 50c 28 6f686365 5600 78
 520 7afad9d0 5605 4630
 530 401
ring 0
do run 2
 ! flood bound 1024
 ! echo bound 1025
 100 a0000
do run 2
peer
 140 30001
 154 2 200
 700 400 400
 70c c
 714 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 40001
 15c 3 200
 900 401 401
 90c c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 2
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 100 c0000
# more waits than a poll may do; one more comes before the next poll
peer
 140 70001
 164 4 200 5 200 6 200
 b00 400 400
 b0c c 2 4c4c4c4c 4c4c4c4c
 d00 400 400
 d0c c 3 4c4c4c4c 4c4c4c4c
 f00 400 400
 f0c c 4 4c4c4c4c 4c4c4c4c
ring 0
do poll 2
 > flood from 1024 size 12 #2..3
 100 e0000
peer
 140 80001
 17c 7 200
 1100 400 400
 110c c 5 4c4c4c4c 4c4c4c4c
ring 0
do run 2
 > flood from 1024 size 12 #4..5
 100 100000
# one more comes with the last message of a poll, one with the last of all
peer
 140 b0001
 304 400
 30c c 6 4c4c4c4c 4c4c4c4c
 500 400 400
 50c c 7 4c4c4c4c 4c4c4c4c
 710 8
ring 0
during 2
peer
 140 c0001
 900 400 400
 910 9
ring 0
end
during 4
peer
 140 d0001
 b10 a
ring 0
end
do run 2
 > flood from 1024 size 12 #6..10
 100 150000
# exactly what a poll may do
peer
 140 f0001
 d0c 10 b 50505050 50505050 50505050
 f0c 10 c 50505050 50505050 50505050
ring 0
do poll 2
 > flood from 1024 size 16 #11..12
 100 170000
peer
 140 100001
 1110 d
ring 0
do run 2
 > flood from 1024 size 12 #13
 100 180000
# more waits than a poll may do; one more comes before the next poll
peer
 140 130001
 30c 10 e 50505050 50505050 50505050
 50c 10 f 50505050 50505050 50505050
 70c 10 10 50505050 50505050 50505050
ring 0
do poll 2
 > flood from 1024 size 16 #14..15
 100 1a0000
peer
 140 140001
 910 11
ring 0
do run 2
 > flood from 1024 size 16 #16
 > flood from 1024 size 12 #17
 100 1c0000
# one more comes with the last message of a poll, one with the last of all
peer
 140 170001
 b10 12
 d0c c 13 4c4c4c4c 4c4c4c4c
 f0c c 14 4c4c4c4c 4c4c4c4c
ring 0
during 2
peer
 140 180001
 1110 15
ring 0
end
during 4
peer
 140 190001
 30c c 16 4c4c4c4c 4c4c4c4c
ring 0
end
do run 2
 > flood from 1024 size 12 #18..22
 100 210000
# exactly what a poll may do
peer
 140 1b0001
 510 17
 710 18
ring 0
do poll 2
 > flood from 1024 size 16 #23..24
 100 230000
peer
 140 1c0001
 910 19
ring 0
do run 2
 > flood from 1024 size 12 #25
 100 240000
# more waits than a poll may do; one more comes before the next poll
peer
 140 1f0001
 b0c 14 1a 54545454 54545454 54545454 54545454
 d0c 14 1b 54545454 54545454 54545454 54545454
 f0c 14 1c 54545454 54545454 54545454 54545454
ring 0
do poll 2
 > flood from 1024 size 20 #26..27
 100 260000
peer
 140 200001
 1110 1d
ring 0
do run 2
 > flood from 1024 size 20 #28
 > flood from 1024 size 12 #29
 100 280000
# one more comes with the last message of a poll, one with the last of all
peer
 140 230001
 310 1e
 50c c 1f 4c4c4c4c 4c4c4c4c
 70c c 20 4c4c4c4c 4c4c4c4c
ring 0
during 2
peer
 140 240001
 910 21
ring 0
end
during 4
peer
 140 250001
 b0c c 22 4c4c4c4c 4c4c4c4c
ring 0
end
do run 2
 > flood from 1024 size 12 #30..34
 100 2d0000
# exactly what a poll may do
peer
 140 270001
 d0c 10 23 50505050 50505050 50505050
 f0c 10 24 50505050 50505050 50505050
ring 0
do poll 2
 > flood from 1024 size 16 #35..36
 100 2f0000
peer
 140 280001
 1110 25
ring 0
do run 2
 > flood from 1024 size 12 #37
 100 300000
# more waits than a poll may do; one more comes before the next poll
peer
 140 2b0001
 310 26
 510 27
 710 28
ring 0
do poll 2
 > flood from 1024 size 12 #38..39
 100 320000
peer
 140 2c0001
 910 29
ring 0
do run 2
 > flood from 1024 size 12 #40..41
 100 340000
# one more comes with the last message of a poll, one with the last of all
peer
 140 2f0001
 b10 2a
 d0c c 2b 4c4c4c4c 4c4c4c4c
 f0c c 2c 4c4c4c4c 4c4c4c4c
ring 0
during 2
peer
 140 300001
 1110 2d
ring 0
end
during 4
peer
 140 310001
 310 2e
ring 0
end
do run 2
 > flood from 1024 size 12 #42..46
 100 390000
# exactly what a poll may do
peer
 140 330001
 50c 10 2f 50505050 50505050
 70c 10 30 50505050 50505050
ring 0
do poll 2
 > flood from 1024 size 16 #47..48
 100 3b0000
peer
 140 340001
 910 31
ring 0
do run 2
 > flood from 1024 size 12 #49
 100 3c0000
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 0 3
 240 50001
 248 30002 4
 1700 400 400
 170c 14
 1714 54545454 54545454 54545454 54545454
 1900 400 400
 190c 14 1 54545454 54545454 54545454 54545454
 1b00 400 400
 1b0c 14 2 54545454 54545454 54545454 54545454
peer
 280 50000
 294 2 200 3 200 4 200
 1708 2
 1908 3
 1b08 4
do run 2
do send flood 3 10 12
 ? sent 8
 * rang 0 8
 240 d0000
 24c 50004 70006
 1304 400
 130c*8+200 c+0
 1310*5+200 6+1
 1314*8+200 4c4c4c4c+0
 1318*8+200 4c4c4c4c+0
 1500 400 400 0
 1708 0
 1908 0
 1b08 0
 1d00 400 400
 1d10 3
 1f00 400 400
 1f10 4
 2100 400 400
 2110 5
peer
 280 d0000
 2ac 5 200 6 200 7 200
 1508*7+200 1+1
ring 1
do time 100
do run 2
 ! flood writable
 240 d0001
do run 2
do send flood 11 2 496
 ? sent 2
 * rang 0 2
 240 f0001
 1d08 0 1f0 b
 1d14*7b+4 70707070+0
 1f08 0 1f0 c
 1f14*7b+4 70707070+0
peer
 280 f0000
 1d08 5
 1f08 6
do run 2
# held, and given back in another order
do hold 3
peer
 140 380001
 b10 32
 d10 33
 f10 34
 1110 35
ring 0
do run 2
 > flood from 1024 size 12 #50..53
 100 3d0000
 10c 50007
peer
 140 3d0001
 164 7
 310 36
 50c c 37 4c4c4c4c 4c4c4c4c
 70c c 38 4c4c4c4c 4c4c4c4c
 910 39
 1110 3a
ring 0
do run 2
 > flood from 1024 size 12 #54..58
 100 420000 70003
 10c 7 20001
peer
 140 3f0001
 16c 0
 174 1
 310 3b
 510 3c
ring 0
do release
 100 450000
 108 50006 4
do run 2
 > flood from 1024 size 12 #59..60
 100 470000
peer
 140 450001 3
 14c 7
 154 6
 15c 5
 164 4
 17c 2
 710 3d
 910 3e
 b10 42
 d10 41
 f10 40
 1110 3f
ring 0
do run 2
 > flood from 1024 size 12 #61..66
 100 4d0000
# the peer holds, too
do send flood 13 5 12
 ? sent 5
 * rang 0 5
 240 140001
 1310 e
 1508 0
 1510 f
 1708 0
 1710 10
 1908 0
 1910 11
 2108 0
 2110 d
peer
 280 110000 3
 2bc 2
 1308 10000
 1508 10001
 1708 2
 1908 3
 2108 10007
do run 2
peer
 280 140000
 294 0
 29c 7
 1308 0
 1508 1
 2108 7
do time 100
do run 2
do send flood 18 8 12
 ? sent 8
 * rang 0 8
 240 1c0001 10003 70000
 250 20006
 1310 18
 1508*7+200 0+0
 1510 17
 1710 15
 1910 16
 1b10 12
 1d0c c 13 4c4c4c4c 4c4c4c4c
 1f0c c 14 4c4c4c4c 4c4c4c4c
 2110 19
peer
 280 1c0000
 1508*7+200 1+1
do time 100
do run 2
do run 2
# names come and go
peer
 140 460001
 300 402 35
 30c 28 6574616c 5600 78 0 7afb2570
 328 1ea90
 330 402
ring 0
do run 2
 100 4e0000
do create late
 ! late link up
do run 2
 ! late bound 1026
 * rang 0 1
 240 1d0001
 1b00 402 35 0 28 6574616c 0 0 0 0
 1b30 402
peer
 280 1d0000
 1b08 4
peer
 140 470001
 500 402 402
 510 43
ring 0
do run 2
 > late from 1026 size 12 #67
 100 4f0000
peer
 140 480001
 700 402 35
 70c 28 6574616c 7f00 75544b80 5605 e7785970 7ffc 7afa9dd0 5605 402
 734 1
ring 0
do run 2
 ! late unbound 1026
 100 500000
do destroy late
do run 2
 * rang 0 1
 240 1e0001
 1d00 402 35 0 28 6574616c
 1d14*7+4 0+0
 1d30 402 1
peer
 280 1e0000
 1d08 5
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
 ! flood link up
 ! echo link up
 * rang 1 2
 24 1
 2c 204
 80*100+10 20003580+200
 88*100+10 200+0
 8c*ff+10 10002+10000
 107c 80000002 1000000
 1084*80+4 10000+20002
 1b00*100+10 20023580+200
 1b08*100+10 200+0
 1b0c*ff+10 10000+10000
 2afc 80000000 20001 10000
 23580 400 35
 2358c 28 6f6f6c66 64
 235b0 400
 23780 401 35
 2378c 28 6f686365
 237b0 401
peer
 12c0 1
peer
 2d40 20000
 2d48 200 1 200
 23788 1
peer
 12c0 10001
 12c8 200
 3580 400 35
 358c 28 6f6f6c66 64 78
 35a0 7f8d5680 5640 8980
 35b0 400
ring 0
peer
 12c0 20001
 12cc 1 200
 3780 401 35
 378c 28 6f686365 7f00 78
 37a0 7f8d5680 5640 8980
 37b0 401
ring 0
do run 64
 ! flood bound 1024
 ! echo bound 1025
 1080 1020000
do run 64
peer
 12c0 30001
 12d4 2 200
 3980 400 400
 398c c
 3994 4c4c4c4c 4c4c4c4c
ring 0
peer
 12c0 40001
 12dc 3 200
 3b80 401 401
 3b8c c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 1080 1040000
# more waits than a poll may do; one more comes before the next poll
peer
 12c0 450001
 12e4*41+8 4+1
 12e8*41+8 200+0
 3d80*41+200 400+0
 3d84*41+200 400+0
 3d8c*41+200 c+0
 3d90*41+200 2+1
 3d94*41+200 4c4c4c4c+0
 3d98*41+200 4c4c4c4c+0
ring 0
do poll 64
 > flood from 1024 size 12 #2..65
 1080 1440000
peer
 12c0 460001
 14ec 45 200
 bf80 400 400
 bf8c c 43 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 1024 size 12 #66..67
 1080 1460000
# one more comes with the last message of a poll, one with the last of all
peer
 12c0 870001
 14f4*41+8 46+1
 14f8*41+8 200+0
 c180*41+200 400+0
 c184*41+200 400+0
 c18c*41+200 c+0
 c190*41+200 44+1
 c194*41+200 4c4c4c4c+0
 c198*41+200 4c4c4c4c+0
ring 0
during 40
peer
 12c0 880001
 16fc 87 200
 14380 400 400
 1438c c 85 4c4c4c4c 4c4c4c4c
ring 0
end
during 42
peer
 12c0 890001
 1704 88 200
 14580 400 400
 1458c c 86 4c4c4c4c 4c4c4c4c
ring 0
end
do run 64
 > flood from 1024 size 12 #68..134
 1080 1890000
# exactly what a poll may do
peer
 12c0 c90001
 170c*40+8 89+1
 1710*40+8 200+0
 14780*40+200 400+0
 14784*40+200 400+0
 1478c*40+200 10+0
 14790*40+200 87+1
 14794*40+200 50505050+0
 14798*40+200 50505050+0
 1479c*40+200 50505050+0
ring 0
do poll 64
 > flood from 1024 size 16 #135..198
 1080 1c90000
peer
 12c0 ca0001
 190c c9 200
 1c780 400 400
 1c78c c c7 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 1024 size 12 #199
 1080 1ca0000
# more waits than a poll may do; one more comes before the next poll
peer
 12c0 10b0001
 1914*36+8 ca+1
 1918*36+8 200+0
 3584 400
 358c*b+200 10+0
 3590*b+200 fe+1
 3594*b+200 50505050+0
 3598*b+200 50505050+0
 359c*b+200 50505050+0
 3780 400 400
 3b80 400 400
 1c980*36+200 400+0
 1c984*36+200 400+0
 1c98c*36+200 10+0
 1c990*36+200 c8+1
 1c994*36+200 50505050+0
 1c998*36+200 50505050+0
 1c99c*36+200 50505050+0
ring 0
do poll 64
 > flood from 1024 size 16 #200..263
 1080 20a0000
peer
 12c0 10c0001
 4b90 109
ring 0
do run 64
 > flood from 1024 size 16 #264
 > flood from 1024 size 12 #265
 1080 20c0000
# one more comes with the last message of a poll, one with the last of all
peer
 12c0 14d0001
 4d90*41+200 10a+1
ring 0
during 40
peer
 12c0 14e0001
 cf90 14b
ring 0
end
during 42
peer
 12c0 14f0001
 d190 14c
ring 0
end
do run 64
 > flood from 1024 size 12 #266..332
 1080 24f0000
# exactly what a poll may do
peer
 12c0 18f0001
 d38c*3a+200 10+0
 d390*40+200 14d+1
 d394*3a+200 50505050+0
 d398*3a+200 50505050+0
 d39c*3a+200 50505050+0
ring 0
do poll 64
 > flood from 1024 size 16 #333..396
 1080 28f0000
peer
 12c0 1900001
 1538c c 18d 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 1024 size 12 #397
 1080 2900000
# to the peer, and more than it has buffers for
do send flood 0 3 20
 ? sent 3
 * rang 0 3
 2b00 50001
 2b08 30002 4
 23980 400 400
 2398c 14
 23994 54545454 54545454 54545454 54545454
 23b80 400 400
 23b8c 14 1 54545454 54545454 54545454 54545454
 23d80 400 400
 23d8c 14 2 54545454 54545454 54545454 54545454
peer
 2d40 50000
 2d54 2 200 3 200 4 200
 23988 2
 23b88 3
 23d88 4
do run 64
do send flood 3 258 12
 ? sent 256
 * rang 0 256
 2b00 1050000
 2b0c*7e+4 50004+20002
 23584 400
 2358c*100+200 c+0
 23590*5+200 fe+1
 23594*100+200 4c4c4c4c+0
 23598*100+200 4c4c4c4c+0
 23780 400 400 0
 23988 0
 23b88 0
 23d88 0
 23f80*fb+200 400+0
 23f84*fb+200 400+0
 23f90*fb+200 3+1
peer
 2d40 1050000
 2d6c*fb+8 5+1
 2d70*fb+8 200+0
 23788*ff+200 1+1
ring 1
do time 100
do run 64
 ! flood writable
 2b00 1050001
do run 64
do send flood 259 2 496
 ? sent 2
 * rang 0 2
 2b00 1070001
 23f88 0 1f0 103
 23f94*7b+4 70707070+0
 24188 0 1f0 104
 24194*7b+4 70707070+0
peer
 2d40 1070000
 23f88 5
 24188 6
do run 64
# held, and given back in another order
do hold 3
peer
 12c0 1940001
 1558c c 18e 4c4c4c4c 4c4c4c4c
 1578c c 18f 4c4c4c4c 4c4c4c4c
 1598c c 190 4c4c4c4c 4c4c4c4c
 15b8c c 191 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 1024 size 12 #398..401
 1080 2910000
 11a4 910093
peer
 12c0 2910001
 1744 93
 358c*b+200 c+0
 3590*90+200 1fe+1
 3594*b+200 4c4c4c4c+0
 3598*b+200 4c4c4c4c+0
 d38c*40+200 c+0
 d394*40+200 4c4c4c4c+0
 d398*40+200 4c4c4c4c+0
 15b90 28e
 15d8c*35+200 c+0
 15d90*6c+200 192+1
 15d94*35+200 4c4c4c4c+0
 15d98*35+200 4c4c4c4c+0
 1c98c*36+200 c+0
 1c994*36+200 4c4c4c4c+0
 1c998*36+200 4c4c4c4c+0
ring 0
do run 64
 > flood from 1024 size 12 #402..654
 1080 38e0000
 1084*46+4 40003+20002
 119c 93008f
 11a4*36+4 940093+20002
 127c ff 20001
peer
 12c0 2930001
 174c 94
 1754 95
 15d90 28f
 15f90 290
ring 0
do release
 1080 3910000
 11a0 910092 940090
do run 64
 > flood from 1024 size 12 #655..656
 1080 3930000
peer
 12c0 3910001
 12c4*8d+8 3+1
 172c 93
 1734 92
 173c 91
 1744 90
 175c*6a+8 96+1
 1aac 0
 1ab4 1
 1abc 2
 3590*90+200 2fb+1
 15590 38e
 15790 38d
 15990 38c
 15b90 38b
 16190*6a+200 291+1
ring 0
do run 64
 > flood from 1024 size 12 #657..910
 1080 4910000
# the peer holds, too
do send flood 261 5 12
 ? sent 5
 * rang 0 5
 2b00 10c0001
 24388*5+200 0+0
 24390*5+200 105+1
peer
 2d40 1090000
 2d7c a
 2d84 b
 24388 10007
 24588 10008
 24788 10009
 24988 a
 24b88 b
do run 64
peer
 2d40 10c0000
 2d94 8
 2d9c 7
 24388 7
 24588 8
 24788 9
do time 100
do run 64
do send flood 266 256 12
 ? sent 256
 * rang 0 256
 2b00 20c0001
 2b10 a0006 9000b 70008
 23590*7+200 1fe+1
 23788*ff+200 0+0
 23f8c c
 23f94 4c4c4c4c 4c4c4c4c
 2418c c
 24194 4c4c4c4c 4c4c4c4c
 24390 209
 24590 208
 24790 207
 24990 205
 24b90 206
 24d90*f4+200 10a+1
peer
 2d40 20c0000
 23788*ff+200 1+1
do time 100
do run 64
do run 64
# names come and go
peer
 12c0 3920001
 15d80 402 35
 15d8c 28 6574616c 7f00 78 0 7f8d5680 5640 8980
 15db0 402
ring 0
do run 64
 1080 4920000
do create late
 ! late link up
do run 64
 ! late bound 1026
 * rang 0 1
 2b00 20d0001
 24d80 402 35 0 28 6574616c 0 0
 24db0 402
peer
 2d40 20d0000
 24d88 c
peer
 12c0 3930001
 15f80 402 402
 15f90 38f
ring 0
do run 64
 > late from 1026 size 12 #911
 1080 4930000
peer
 12c0 3940001
 16180 402 35
 1618c 28 6574616c 7f00 58b0db80 5640 382c3cc0 7ffe 7f87e7a0 5640 402
 161b4 1
ring 0
do run 64
 ! late unbound 1026
 1080 4940000
do destroy late
do run 64
 * rang 0 1
 2b00 20e0001
 24f80 402 35 0 28 6574616c 0 0
 24fb0 402 1
peer
 2d40 20e0000
 24f88 d
do run 64
)";

inline constexpr std::string_view tables = R"(
# no table yet
do create flood
do start
do run 64
# the table of a remote that has a trace entry in front
peer
 0 1 2
 10 18 48 2 30000000 1000
 28 63617274 65
 48 3 7 2 1
 60 200 20000080 40 8
 78 200001c0 40 8 1
do time 100
do run 64
 ! flood refused
do time 100
do run 64
# of one with another device in front
peer
 18 3 3 5
 28 0 0 100 20000400 40 8 6
do run 64
# of one whose head leads elsewhere, though an older entry lies where the layout has it
peer
 4 1
 10 14 3 7 2 1
 2c 200 20000080 40 8 0 0 200001c0 40 8 1
 54 0
peer
 10 c8
do time 100
do run 64
# no table at all, then the right one
peer
 0 0 0
 10*5+4 0+0
 2c 0 0 0 0
 44 0 0 0 0
 60 0 0 0 0
 78 0 0 0 0
do time 100
do run 64
peer
 0 1 1
 10 14 3 7 2 1
 2c 200 20000080 40 8
 44 200001c0 40 8 1
do time 100
do run 64
 ! flood link up
 * rang 1 1
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1c0*8+10 20001300+200
 1c8*8+10 200+0
 1cc*7+10 10000+10000
 23c 80000000 10001
 1300 400 35
 130c 28 6f6f6c66 64
 1330 400
peer
 140 1
peer
 280 10000
 288 200
peer
 140 10001
 148 200
 300 400 35
 30c 28 6f6f6c66 64 78
 320 f8fccb40 5651 24c0
 330 400
ring 0
do run 64
 ! flood bound 1024
 100 90000
peer
 140 30001
 14c 1 200 2 200
 500 400 400
 50c c
 514 4c4c4c4c 4c4c4c4c
 700 400 400
 70c c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 1024 size 12 #0..1
 100 b0000
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
 ! flood link up
 ! echo link up
 * rang 1 2
 24 1
 2c 204
 80*8+10 20000300+200
 88*8+10 200+0
 8c*7+10 10002+10000
 fc 80000002 80000 10000 30002 50004 70006
 1c0*8+10 20001300+200
 1c8*8+10 200+0
 1cc*7+10 10000+10000
 23c 80000000 20001 10000
 1300 400 35
 130c 28 6f6f6c66 64
 1330 400
 1500 401 35
 150c 28 6f686365
 1530 401
peer
 140 1
peer
 280 20000
 288 200 1 200
 1508 1
peer
 140 10001
 148 200
 300 400 35
 30c 28 6f6f6c66 64 78
 320 e101f9d0 5584 4630
 330 400
ring 0
peer
 140 20001
 14c 1 200
 500 401 35
 50c 28 6f686365 5500 78
 520 e101f9d0 5584 4630
 530 401
ring 0
do run 64
 ! flood bound 1024
 ! echo bound 1025
 100 a0000
do run 64
peer
 140 30001
 154 2 200
 700 400 400
 70c c
 714 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 40001
 15c 3 200
 900 401 401
 90c c 1 4c4c4c4c 4c4c4c4c
ring 0
do run 64
 > flood from 1024 size 12 #0
 > echo from 1025 size 12 #1
 100 c0000
# eighteen names, of which a pool of sixteen keeps sixteen for later
peer
 140 50001
 164 4 200
 b00 402 35
 b0c 28 656d616e 302d 78
 b20 e101fef0 5584 4110
 b30 402
ring 0
do run 64
 100 d0000
peer
 140 60001
 16c 5 200
 d00 403 35
 d0c 28 656d616e 312d 78
 d20 e1022200 5584 1e00
 d30 403
ring 0
do run 64
 100 e0000
peer
 140 70001
 174 6 200
 f00 404 35
 f0c 28 656d616e 322d 78
 f20 e1021ce0 5584 2320
 f30 404
ring 0
do run 64
 100 f0000
peer
 140 80001
 17c 7 200
 1100 405 35
 110c 28 656d616e 332d 78
 1120 e1021ce0 5584 2320
 1130 405
ring 0
do run 64
 100 100000
peer
 140 90001
 300 406
 310 656d616e 342d
 320 e1021ce0
 328 2320
 330 406
ring 0
do run 64
 100 110000
peer
 140 a0001
 500 407
 510 656d616e 352d
 520 e1021ce0
 528 2320
 530 407
ring 0
do run 64
 100 120000
peer
 140 b0001
 700 408 35
 70c 28 656d616e 362d 78
 720 e1021ce0 5584 2320
 730 408
ring 0
do run 64
 100 130000
peer
 140 c0001
 900 409 35
 90c 28 656d616e 372d 78
 920 e1021ce0 5584 2320
 930 409
ring 0
do run 64
 100 140000
peer
 140 d0001
 b00 40a
 b14 382d
 b20 e1023ff0
 b28 21010
 b30 40a
ring 0
do run 64
 100 150000
peer
 140 e0001
 d00 40b
 d14 392d
 d20 e1023ff0
 d28 1e010
 d30 40b
ring 0
do run 64
 100 160000
peer
 140 f0001
 f00 40c
 f14 30312d
 f20 e1023ff0
 f28 1e010
 f30 40c
ring 0
do run 64
 100 170000
peer
 140 100001
 1100 40d
 1114 31312d
 1120 e1023ff0
 1128 1e010
 1130 40d
ring 0
do run 64
 100 180000
peer
 140 110001
 300 40e
 314 32312d
 320 e1023ff0
 328 1e010
 330 40e
ring 0
do run 64
 100 190000
peer
 140 120001
 500 40f
 514 33312d
 520 e1023ff0
 528 1e010
 530 40f
ring 0
do run 64
 100 1a0000
peer
 140 130001
 700 410
 714 34312d
 720 e1025440
 728 1cbc0
 730 410
ring 0
do run 64
 100 1b0000
peer
 140 140001
 900 411
 914 35312d
 920 e1025440
 928 1cbc0
 930 411
ring 0
do run 64
 100 1c0000
peer
 140 150001
 b00 412
 b14 36312d
 b20 e1025440
 b28 1cbc0
 b30 412
ring 0
do run 64
 ! flood names forgotten
 ! echo names forgotten
 100 1d0000
peer
 140 160001
 d00 413
 d14 37312d
 d20 e1025440
 d28 1cbc0
 d30 413
ring 0
do run 64
 100 1e0000
# those that are asked for are bound at once, one that was forgotten by the first message
do create name-17
 ! name-17 link up
do run 64
 ! name-17 bound 1043
 * rang 0 1
 240 30001
 248 2
 1700 402 35
 170c 28 656d616e 37312d
 1730 402
peer
 280 30000
 294 2 200
 1708 2
do create name-6
 ! name-6 link up
do run 64
 ! name-6 bound 1032
 * rang 0 1
 240 40001
 248 30002
 1900 403 35
 190c 28 656d616e 362d
 1930 403
peer
 280 40000
 29c 3 200
 1908 3
do create name-16
 ! name-16 link up
do run 64
 ! name-16 bound 1042
 * rang 0 1
 240 50001
 24c 4
 1b00 404 35
 1b0c 28 656d616e 36312d
 1b30 404
peer
 280 50000
 2a4 4 200
 1b08 4
do create name-7
 ! name-7 link up
do run 64
 ! name-7 bound 1033
 * rang 0 1
 240 60001
 24c 50004
 1d00 405 35
 1d0c 28 656d616e 372d
 1d30 405
peer
 280 60000
 2ac 5 200
 1d08 5
do create name-15
 ! name-15 link up
do run 64
 ! name-15 bound 1041
 * rang 0 1
 240 70001
 250 6
 1f00 406 35
 1f0c 28 656d616e 35312d
 1f30 406
peer
 280 70000
 2b4 6 200
 1f08 6
do create name-8
 ! name-8 link up
do run 64
 ! name-8 bound 1034
 * rang 0 1
 240 80001
 250 70006
 2100 407 35
 210c 28 656d616e 382d
 2130 407
peer
 280 80000
 2bc 7 200
 2108 7
do create name-14
 ! name-14 link up
do run 64
 ! name-14 bound 1040
 * rang 0 1
 240 90001
 1300 408
 1310 656d616e 34312d
 1330 408
peer
 280 90000
do create name-0
 ! name-0 link up
do run 64
 * rang 0 1
 240 a0001
 1500 409
 1508 0
 1510 656d616e 302d
 1530 409
peer
 280 a0000
 1508 1
peer
 140 170001
 f00 413 402
 f0c c 2 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 180001
 1100 408 403
 110c c 3 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 190001
 300 412 404
 30c c 4 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 1a0001
 500 409 405
 50c c 5 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 1b0001
 700 411 406
 70c c 6 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 1c0001
 900 40a 407
 90c c 7 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 1d0001
 b00 410 408
 b0c c 8 4c4c4c4c 4c4c4c4c
ring 0
peer
 140 1e0001
 d00 402 409
 d0c c 9 4c4c4c4c 4c4c4c4c
ring 0
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
 100 260000
do send name-17 0 1 12
 ? sent 1
 * rang 0 1
 240 b0001
 1704 413 0 c 0 4c4c4c4c 4c4c4c4c
peer
 280 b0000
 1708 2
do send name-6 1 1 12
 ? sent 1
 * rang 0 1
 240 c0001
 1904 408 0 c 1 4c4c4c4c 4c4c4c4c
peer
 280 c0000
 1908 3
do send name-16 2 1 12
 ? sent 1
 * rang 0 1
 240 d0001
 1b04 412 0 c 2 4c4c4c4c 4c4c4c4c
peer
 280 d0000
 1b08 4
do send name-7 3 1 12
 ? sent 1
 * rang 0 1
 240 e0001
 1d04 409 0 c 3 4c4c4c4c 4c4c4c4c
peer
 280 e0000
 1d08 5
do send name-15 4 1 12
 ? sent 1
 * rang 0 1
 240 f0001
 1f04 411 0 c 4 4c4c4c4c 4c4c4c4c
peer
 280 f0000
 1f08 6
do send name-8 5 1 12
 ? sent 1
 * rang 0 1
 240 100001
 2104 40a 0 c 5 4c4c4c4c 4c4c4c4c
peer
 280 100000
 2108 7
do send name-14 6 1 12
 ? sent 1
 * rang 0 1
 240 110001
 1304 410
 130c c 6 4c4c4c4c 4c4c4c4c
peer
 280 110000
do send name-0 7 1 12
 ? sent 1
 * rang 0 1
 240 120001
 1504 402 0 c 7 4c4c4c4c 4c4c4c4c
peer
 280 120000
 1508 1
# half of them go, and come back elsewhere
peer
 140 1f0001
 f04 35
 f0c 28 656d616e 37312d bb9dab80 5584 e1017200
 f28 e101d1b0 5584 413 1
ring 0
do run 64
 ! name-17 unbound 1043
 100 270000
peer
 140 200001
 1100 412 35
 110c 28 656d616e 36312d bb9dab80 5584 e1017200
 1128 e101d010 5584 412 1
ring 0
do run 64
 ! name-16 unbound 1042
 100 280000
peer
 140 210001
 300 411 35
 30c 28 656d616e 35312d bb9dab80 5584 e1017200
 328 e101cc60 5584 411 1
ring 0
do run 64
 ! name-15 unbound 1041
 100 290000
peer
 140 220001
 500 410 35
 50c 28 656d616e 34312d bb9dab80 5584 e1017200
 528 e101c8b0 5584 410 1
ring 0
do run 64
 ! name-14 unbound 1040
 100 2a0000
peer
 140 230001
 700 414 35
 70c 28 656d616e 37312d 78
 720 e1027cd0
 728 1a330
 730 414
ring 0
do run 64
 ! name-17 bound 1044
 100 2b0000
peer
 140 240001
 900 415 35
 90c 28 656d616e 36312d 78
 920 e1027cd0
 928 1a330
 930 415
ring 0
do run 64
 ! name-16 bound 1045
 100 2c0000
peer
 140 250001
 b00 416 35
 b0c 28 656d616e 35312d 78
 b20 e1027cd0
 b28 1a330
 b30 416
ring 0
do run 64
 ! name-15 bound 1046
 100 2d0000
peer
 140 260001
 d00 417 35
 d0c 28 656d616e 34312d 78
 d20 e1027cd0
 d28 1a330
 d30 417
ring 0
do run 64
 ! name-14 bound 1047
 100 2e0000
do send name-17 8 1 12
 ? sent 1
 * rang 0 1
 240 130001
 1704 414 0
 1710 8
peer
 280 130000
 1708 2
do send name-6 9 1 12
 ? sent 1
 * rang 0 1
 240 140001
 1908 0
 1910 9
peer
 280 140000
 1908 3
do send name-16 10 1 12
 ? sent 1
 * rang 0 1
 240 150001
 1b04 415 0
 1b10 a
peer
 280 150000
 1b08 4
do send name-7 11 1 12
 ? sent 1
 * rang 0 1
 240 160001
 1d08 0
 1d10 b
peer
 280 160000
 1d08 5
do send name-15 12 1 12
 ? sent 1
 * rang 0 1
 240 170001
 1f04 416 0
 1f10 c
peer
 280 170000
 1f08 6
do send name-8 13 1 12
 ? sent 1
 * rang 0 1
 240 180001
 2108 0
 2110 d
peer
 280 180000
 2108 7
do send name-14 14 1 12
 ? sent 1
 * rang 0 1
 240 190001
 1304 417
 1310 e
peer
 280 190000
do send name-0 15 1 12
 ? sent 1
 * rang 0 1
 240 1a0001
 1508 0
 1510 f
peer
 280 1a0000
 1508 1
)";

} // namespace live::openamp_remote
