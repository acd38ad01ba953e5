#include <rpmsg/rpmsg.hpp>

#include <cstdio>

int main() { std::printf("rpmsg %u.%u.%u\n", rpmsg::version_major, rpmsg::version_minor, rpmsg::version_patch); }
