#include "client/core/Password.h"

#include <QList>

#include <algorithm>
#include <array>

namespace impulse::client {

namespace {

constexpr qsizetype minimumLength = 10;

/// Passwords of ten characters and more that stand in every list of leaked ones; lower case.
constexpr std::array<std::string_view, 60> commonPasswords{
    "0000000000",   "0123456789",   "1111111111",   "1122334455",    "1212121212",
    "1231231231",   "1234512345",   "1234567890",   "12345678900",   "12345678901",
    "123456789a",   "123456789q",   "12345qwert",   "1234qwerasdf",  "1q2w3e4r5t",
    "1q2w3e4r5t6y", "1qaz2wsx3edc", "1qazxsw23edc", "2222222222",    "4815162342",
    "5555555555",   "6666666666",   "7777777777",   "8888888888",    "9876543210",
    "9999999999",   "aaaaaaaaaa",   "abcdefghij",   "abcdefghijk",   "administrator",
    "asdfasdfasdf", "asdfghjkl1",   "asdfghjkl;",   "basketball",    "changeme123",
    "computer123",  "football123",  "google12345",  "helloworld",    "iloveyou12",
    "iloveyou123",  "letmein123",   "liverpool1",   "manchester",    "michael123",
    "password01",   "password10",   "password11",   "password12",    "password123",
    "password1234", "princess123",  "qazwsxedcrfv", "qwer1234qwer",  "qwerty1234",
    "qwerty12345",  "qwerty123456", "qwertyuiop",   "qwertyuiop123", "zxcvbnmasd",
};

} // namespace

Password::Password(const QString& text)
{
    QByteArray utf8 = text.normalized(QString::NormalizationForm_C).toUtf8();
    m_utf8.assign(utf8.begin(), utf8.end());
    utf8.fill('\0');
}

Password::Password(Password&& other) noexcept : m_utf8(std::move(other.m_utf8)) {}

Password& Password::operator=(Password&& other) noexcept
{
    std::swap(m_utf8, other.m_utf8);
    return *this;
}

Password::~Password()
{
    for (auto& byte : m_utf8)
        static_cast<volatile std::uint8_t&>(byte) = 0;
}

Password Password::copy() const
{
    Password result;
    result.m_utf8 = m_utf8;
    return result;
}

std::optional<PasswordProblem> passwordProblem(const QString& password)
{
    if (password.normalized(QString::NormalizationForm_C).toUcs4().size() < minimumLength)
        return PasswordProblem::TooShort;
    const QByteArray lower = password.toLower().toUtf8();
    const std::string_view candidate(lower.constData(), static_cast<std::size_t>(lower.size()));
    if (std::ranges::find(commonPasswords, candidate) != commonPasswords.end())
        return PasswordProblem::TooCommon;
    return std::nullopt;
}

} // namespace impulse::client
