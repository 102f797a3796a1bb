#include "client/e2ee/Base64Url.h"
#include "client/e2ee/Recovery.h"
#include "client/e2ee/SafetyNumber.h"
#include "tests/fuzz/Require.h"

#include <cctype>

using namespace impulse;
using namespace impulse::e2ee;
using fuzz::require;

namespace {

Identity identity(const char* user, const char* key)
{
    return {*UserId::from(*fromHex(user)), *SignPublicKey::from(*fromHex(key))};
}

/// The pair 'alice-bob' of tests/vectors/safety_number.json, as Bob sees it.
void trySafetyCode(std::string_view text)
{
    static const auto alice =
        identity("9261ee6cb4f18e362ad17fdb99f2bac7",
                 "8c0af60a0265523c3fb3c469c1114bff23f35d7b666913d6a55424284ba36c58");
    static const auto bob =
        identity("6b91ee8ddd757a0e7d6d2b61c2d080a8",
                 "ccd89629315e5c08c3be4edf0f7af116557da0211fc5993b32e3663623b54c01");
    require(checkSafetyCode(text, bob, alice).ok() == (text == safetyCode(alice, bob)));
}

/// One reading of what people make of a code on paper.
std::string canonical(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        if (c == ' ' || c == '-')
            continue;
        if (!result.empty() && result.size() % 5 == 4)
            result.push_back('-');
        const auto upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        result.push_back(upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper);
    }
    return result;
}

void tryRecoveryCode(std::string_view text)
{
    if (const auto secret = parseRecoveryCode(text))
        require(recoveryCode(*secret) == canonical(text));
}

void tryBase64(std::string_view text)
{
    if (const auto bytes = fromBase64Url(text))
        require(toBase64Url(*bytes) == text);
    const auto bytes = fromBase64Url(toBase64Url(view(text)));
    require(bytes && equal(*bytes, view(text)));
}

} // namespace

// What is scanned or typed in: codes of safety numbers, recovery codes, base64url.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto input = text(View(data, size));
    trySafetyCode(input);
    tryRecoveryCode(input);
    tryBase64(input);
    return 0;
}
