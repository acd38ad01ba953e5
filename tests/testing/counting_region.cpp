#include <rpmsg/testing/counting_region.hpp>
