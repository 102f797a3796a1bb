#pragma once

#include "common/core/Bytes.h"

#include <QString>

#include <optional>

namespace impulse::client {

/// A password as it is stretched: NFC, UTF-8 (encryption.md 2.1). Wiped when it goes. Move-only.
class Password {
public:
    explicit Password(const QString& text);
    Password(Password&& other) noexcept;
    Password& operator=(Password&& other) noexcept;
    Password(const Password&) = delete;
    Password& operator=(const Password&) = delete;
    ~Password();

    std::string_view utf8() const { return text(m_utf8); }
    Password copy() const;

private:
    Password() = default;

    Bytes m_utf8;
};

enum class PasswordProblem { TooShort, TooCommon };

/// The rules for a new password (encryption.md 2.2): 10 characters, not one of the common ones.
std::optional<PasswordProblem> passwordProblem(const QString& password);

} // namespace impulse::client
