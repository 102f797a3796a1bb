#pragma once

#include "common/core/Bytes.h"
#include "common/core/Limits.h"
#include "common/protocol/WireSecret.h"

#include <concepts>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

/// The field list of a struct: each field is written down once. FieldCodec.h makes its CBOR of it.
namespace impulse::protocol {

/// Bounds of a field: `size` of each byte or text string, `items` of an array.
struct Bound {
    std::size_t size = 0;
    std::size_t items = 0;
};

template <class S, class M> struct Field {
    std::uint64_t key;
    std::string_view name;
    M S::* member;
    Bound bound;
};

template <class S, class M>
constexpr Field<S, M> field(std::uint64_t key, std::string_view name, M S::* member,
                            Bound bound = {})
{
    return {key, name, member, bound};
}

/// A struct with a field list: a CBOR map, or an array of exactly these fields if it says so
/// (`static constexpr bool asArray = true;`).
template <class T>
concept Compound = requires { T::fields(); };

template <class T>
concept PackedCompound = Compound<T> && requires { requires T::asArray; };

namespace detail {

template <class T> struct IsOptional : std::false_type {};
template <class T> struct IsOptional<std::optional<T>> : std::true_type {};
template <class T> struct IsVector : std::false_type {};
template <class T> struct IsVector<std::vector<T>> : std::true_type {};
template <> struct IsVector<Bytes> : std::false_type {};
template <class T> struct IsFixed : std::false_type {};
template <class Tag, std::size_t N> struct IsFixed<Fixed<Tag, N>> : std::true_type {};

} // namespace detail
} // namespace impulse::protocol
