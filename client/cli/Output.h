#pragma once

#include "client/cli/Fault.h"
#include "client/core/Items.h"

#include <QJsonObject>

namespace impulse::cli {

/// What the program prints: text for people, or one JSON object per line (README.md lists the
/// fields). Every line is flushed. Names and texts of others are printed without control
/// characters.
class Output {
public:
    explicit Output(bool json) : m_json(json) {}

    /// `line` on standard output for people; for programs, `fields` with `type`.
    void print(const char* type, QJsonObject fields, const QString& line) const;
    /// Standard error for people, standard output for programs.
    void printFault(const Fault& fault) const;
    void printWarning(const QString& text, bool red) const;

    void printMessage(const char* type, const QString& peer, const client::MessageItem& message,
                      bool request) const;
    void printPerson(const char* type, const client::PersonItem& person, bool request) const;

private:
    const bool m_json;
};

/// `pending`, `sent`, `delivered`, `read`, `failed` or `held`.
QString nameOf(client::MessageState state);

} // namespace impulse::cli
