#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tool {

/// What the user asked for. Times are in milliseconds.
struct options {
    std::string address{};
    std::vector<std::string> addresses{}; ///< of `top`
    std::string name{};
    std::vector<std::string> names{};
    std::vector<std::string> data{};
    std::string file{};
    std::string capture{}; ///< record the traffic in this file
    std::string through{}; ///< of `capture`: pass everything on to this link
    std::vector<std::string> listening{};
    std::vector<std::string> published{};
    double wait = 10;        ///< seconds until the peer must be there
    double linger = 1;       ///< seconds of quiet after the end of the input
    double interval = 1;     ///< seconds between two lines or pictures
    std::uint32_t count{};   ///< messages, pings or pictures; 0: no limit
    std::uint32_t size = 64; ///< bytes of a ping
    std::uint32_t timeout = 1000;
    std::uint32_t period{};
    std::int64_t local = -1; ///< addresses of the endpoint; -1: any
    std::int64_t peer = -1;
    std::string form{};     ///< of `layout`
    std::string config{};   ///< of a shared block
    std::uint64_t offset{}; ///< the start of the block in the file
    unsigned cells{};       ///< of addresses and sizes in the device tree; 0: as many as the address needs
    bool is_table{};        ///< the file is only a resource table
    bool json{};
    bool hex{};
    bool echo{};
    bool answer{};
    bool receive{};
    bool send{};
    bool read_only{};
};

} // namespace tool
