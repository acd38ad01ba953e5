// EXPECT: this is never said
static_assert(sizeof(char) == 1, "this is never said");
