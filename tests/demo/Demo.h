#pragma once

#include "tests/demo/Desktop.h"
#include "tests/support/ServerProcess.h"

#include <map>
#include <vector>

namespace impulse::demo {

/// The demonstration of `packaging/run.sh --demo`: two people in real windows chat over a real
/// server; client and server are killed in the middle of it and come back.
class Demo {
public:
    explicit Demo(const QString& output);
    /// Exit code: 0 only if everything held.
    int run();

private:
    struct Sent {
        Desktop* author;
        QString text;
    };

    void registerBoth();
    void getToKnow();
    void chat();
    void killAndComeBack();
    void settle();
    void report();
    void searchServer();
    void say(Desktop& author, const QString& words);
    void check(bool good, const QString& what);
    QString marker();

    QString m_output;
    test::ServerProcess m_server;
    std::unique_ptr<Desktop> m_anna;
    std::unique_ptr<Desktop> m_boris;
    /// Texts that must be on both sides exactly once, in order for each author.
    std::vector<Sent> m_sent;
    /// Everything that the server must never be able to read, with what it is.
    std::map<QString, QString> m_markers;
    /// The marker in each person's display name.
    std::map<Desktop*, QString> m_names;
    QString m_deleted;
    int m_failures = 0;
};

} // namespace impulse::demo
