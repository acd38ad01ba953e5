#pragma once

#include "traffic.hpp"

/// The kinds of wires that the campaigns use, by file.
auto kinds_of_own_rings() -> rpmsg::traffic::kinds;
auto kinds_of_other_rings() -> rpmsg::traffic::kinds;
auto kinds_of_lines() -> rpmsg::traffic::kinds;
