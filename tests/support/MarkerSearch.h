#pragma once

#include <QByteArray>
#include <QStringList>

namespace impulse::test {

/// Searches files for texts that must, or must not, be readable there.
class MarkerSearch {
public:
    /// Every form in which a text could lie in a file: UTF-8, UTF-16 in both byte orders, hex in both
    /// cases, base64 at each of the three alignments, of UTF-8 and of UTF-16.
    static QList<QByteArray> forms(const QString& marker);

    /// Files under `folder` that hold the marker in any form, each once.
    static QStringList filesWith(const QString& folder, const QString& marker);

    static int countFiles(const QString& folder);
};

} // namespace impulse::test
