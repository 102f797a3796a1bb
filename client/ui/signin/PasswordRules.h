#pragma once

#include <QSet>
#include <QString>

namespace impulse::ui {

/// What is wrong with a new password (encryption.md 2.2).
enum class PasswordFlaw { None, TooShort, Common };

/// The minimum rule for new passwords and a rough strength for the hint. Thread-free value.
class PasswordRules {
public:
    static constexpr int minimumLength = 10; ///< characters (code points), encryption.md 2.2

    /// Reads the bundled list of common passwords and the words they are built from.
    PasswordRules();

    /// `username` may be empty; a password built on it counts as common.
    PasswordFlaw check(const QString& password, const QString& username) const;

    /// 0 (nothing typed or refused) to 4. An estimate for the bar, never a reason to refuse.
    int strength(const QString& password, const QString& username) const;

private:
    bool isCommon(const QString& password, const QString& username) const;

    QSet<QString> m_common;
};

} // namespace impulse::ui
