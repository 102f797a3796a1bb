#pragma once

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

namespace impulse {

/// Carries an error into a Result: `return Failure{CryptoError::Malformed};`
template <class E> struct Failure {
    E error;
};
template <class E> Failure(E) -> Failure<E>;

/// A value or an error. Every function that can fail returns one; exceptions never cross a room.
/// Reading the value of a failed result, or the error of a good one, is our own bug: asserted.
template <class T, class E> class [[nodiscard]] Result {
public:
    using Value = T;
    using Error = E;

    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    template <class F>
        requires std::is_convertible_v<F, E>
    Result(Failure<F> failure) : m_state(std::in_place_index<1>, std::move(failure.error))
    {
    }

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return assert(ok()), *std::get_if<0>(&m_state); }
    const T& value() const& { return assert(ok()), *std::get_if<0>(&m_state); }
    T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&m_state)); }
    const E& error() const
    {
        assert(!ok());
        return *std::get_if<1>(&m_state); // NOLINT(clang-analyzer-core.uninitialized.UndefReturn)
    }

    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

private:
    std::variant<T, E> m_state;
};

template <class E> class [[nodiscard]] Result<void, E> {
public:
    using Value = void;
    using Error = E;

    Result() = default;
    template <class F>
        requires std::is_convertible_v<F, E>
    Result(Failure<F> failure) : m_error(std::move(failure.error))
    {
    }

    bool ok() const { return !m_error; }
    explicit operator bool() const { return ok(); }
    const E& error() const { return assert(!ok()), *m_error; }

private:
    std::optional<E> m_error;
};

} // namespace impulse

#define IMPULSE_CONCAT_(a, b) a##b
#define IMPULSE_CONCAT(a, b) IMPULSE_CONCAT_(a, b)
/// `IMPULSE_TRY(const auto key, readKey(reader));` declares `key`, or returns the error.
#define IMPULSE_TRY(declaration, expression)                                                       \
    auto IMPULSE_CONCAT(tried, __LINE__) = (expression);                                           \
    if (!IMPULSE_CONCAT(tried, __LINE__).ok())                                                     \
        return ::impulse::Failure{IMPULSE_CONCAT(tried, __LINE__).error()};                        \
    declaration = std::move(IMPULSE_CONCAT(tried, __LINE__)).value()
/// Returns the error of `expression`, if it has one.
#define IMPULSE_CHECK(expression)                                                                  \
    do {                                                                                           \
        if (auto checked = (expression); !checked.ok())                                            \
            return ::impulse::Failure{checked.error()};                                            \
    } while (false)
