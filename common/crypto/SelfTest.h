#pragma once

#include "common/core/Bytes.h"

#include <span>
#include <string_view>

/// The check that a program makes before it touches a key: a library that was miscompiled, or
/// replaced by another, gives wrong answers rather than none.
namespace impulse::crypto {

/// One computation whose answer is known from the test vectors.
struct KnownAnswer {
    std::string_view name;
    /// Empty where the operation has to refuse.
    std::string_view expectedHex;
    Bytes (*compute)();
};

/// One for each primitive.
std::span<const KnownAnswer> knownAnswers();

/// Initialises libsodium and computes every answer, some 20 ms. Empty if all are right, else the
/// name of the first that is not: the program has to stop with it.
std::string_view runSelfTest(std::span<const KnownAnswer> answers = knownAnswers());

} // namespace impulse::crypto
