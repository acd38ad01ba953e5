#pragma once

#include "caches/cached_block.hpp"

template <rpmsg::vring_config Config> using block_region = cached_block<Config, 64>;
