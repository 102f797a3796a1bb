#pragma once

#include <QByteArray>
#include <QLineEdit>
#include <QString>

#include <utility>

namespace impulse::ui {

/// A typed password or code as NFC UTF-8 on its way from a field to the crypto room. Move-only and
/// overwritten when it goes. The copies inside QLineEdit cannot be reached; wipeField() replaces
/// what it shows, which is the best a toolkit field allows.
class SecretText {
public:
    SecretText() = default;
    explicit SecretText(const QString& typed)
        : m_bytes(typed.normalized(QString::NormalizationForm_C).toUtf8())
    {
    }
    ~SecretText() { wipe(); }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    SecretText(SecretText&& other) noexcept : m_bytes(std::exchange(other.m_bytes, {})) {}
    SecretText& operator=(SecretText&& other) noexcept
    {
        if (this != &other) {
            wipe();
            m_bytes = std::exchange(other.m_bytes, {});
        }
        return *this;
    }

    const QByteArray& utf8() const { return m_bytes; }
    bool isEmpty() const { return m_bytes.isEmpty(); }

    void wipe()
    {
        if (m_bytes.isEmpty())
            return;
        // The volatile pointer keeps the compiler from dropping writes that nobody reads.
        volatile char* bytes = m_bytes.data();
        for (qsizetype i = 0; i < m_bytes.size(); ++i) {
            bytes[i] = 0;
        }
        m_bytes.clear();
    }

private:
    QByteArray m_bytes;
};

/// Overwrites and empties a field, its undo history included.
inline void wipeField(QLineEdit& field)
{
    field.setText(QString(field.text().size(), QLatin1Char(' ')));
    field.clear();
}

} // namespace impulse::ui
