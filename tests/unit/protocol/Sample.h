#pragma once

#include "common/protocol/Codec.h"
#include "common/protocol/FieldCodec.h"

/// Fills a message with values that are different in every field and the same at every run.
namespace impulse::protocol::sample {

/// `full`: with optional fields and two items in every array; else with what is required only.
template <class T> void fill(T& value, const Bound& bound, std::uint8_t& counter, bool full)
{
    ++counter;
    if constexpr (detail::IsOptional<T>::value) {
        if (full)
            fill(value.emplace(), bound, counter, full);
    } else if constexpr (std::is_same_v<T, bool>) {
        value = full;
    } else if constexpr (std::is_enum_v<T>) {
        value = full ? lastOf(T{}) : T{1};
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        value = full ? 1000 + counter : 1;
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = "t" + std::to_string(counter);
    } else if constexpr (std::is_same_v<T, Bytes>) {
        value = Bytes(std::min<std::size_t>(bound.size, full ? 20 : 1), counter);
    } else if constexpr (detail::IsFixed<T>::value) {
        std::fill_n(value.data(), T::size(), counter);
    } else if constexpr (std::is_same_v<T, WireSecret>) {
        value = WireSecret(Bytes(T::size(), counter));
    } else if constexpr (detail::IsVector<T>::value) {
        for (int i = 0; i < (full ? 2 : 0); ++i)
            fill(value.emplace_back(), bound, counter, full);
    } else {
        std::apply(
            [&](const auto&... field) {
                (fill(value.*field.member, field.bound, counter, full), ...);
            },
            T::fields());
    }
}

template <class T> T make(bool full)
{
    T value;
    std::uint8_t counter = 0;
    fill(value, {}, counter, full);
    return value;
}

} // namespace impulse::protocol::sample
