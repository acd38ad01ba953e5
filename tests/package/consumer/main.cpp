#include "every_header.hpp"

int main() { return 0; }
