// EXPECT: this should be said first
int const unknown = nobody;
static_assert(sizeof(char) == 2, "this should be said first");
