// EXPECT: this is said first
static_assert(sizeof(char) == 2, "this is said first");

int const unknown_0 = nobody_0;
int const unknown_1 = nobody_1;
int const unknown_2 = nobody_2;
int const unknown_3 = nobody_3;
int const unknown_4 = nobody_4;
int const unknown_5 = nobody_5;
int const unknown_6 = nobody_6;
int const unknown_7 = nobody_7;
int const unknown_8 = nobody_8;
int const unknown_9 = nobody_9;
int const unknown_10 = nobody_10;
int const unknown_11 = nobody_11;
