#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_table.hpp>

#include <type_traits>

namespace rpmsg::detail {

/// Whether no endpoint of a table has a fixed address, which a transport that owns the names cannot keep. A table of another
/// kind has none.
template <typename... Items> consteval auto have_names(endpoints<Items...> const*) -> bool {
    auto const has_name = []<typename T>(std::type_identity<T>) {
        if constexpr (endpoint_description<T>) {
            auto const where = T::addresses();
            return where.local == any_address and where.peer == any_address;
        }
        return true;
    };
    return (... and has_name(std::type_identity<Items>{}));
}
consteval auto have_names(void const*) -> bool { return true; }

} // namespace rpmsg::detail
