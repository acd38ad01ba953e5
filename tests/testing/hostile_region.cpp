#include <rpmsg/testing/hostile_region.hpp>
