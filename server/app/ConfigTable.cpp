#include "server/app/ConfigTable.h"

#include <QUrl>

#include <algorithm>
#include <array>
#include <vector>

namespace impulse::server {

namespace {

using Kind = ConfigType::Kind;
using Value = ConfigValue;
using Config = ServerConfig;

constexpr std::uint64_t kilo = std::uint64_t{1} << 10;
constexpr std::uint64_t mega = std::uint64_t{1} << 20;
constexpr std::uint64_t million = 1'000'000;
constexpr ConfigType text{};
constexpr ConfigType onOff{Kind::Switch};
constexpr ConfigType count{Kind::Rate, 1, std::uint64_t{1000} * million};

constexpr ConfigType number(std::uint64_t least, std::uint64_t most)
{
    return {Kind::Number, least, most};
}

constexpr ConfigType bytes(std::uint64_t least, std::uint64_t most)
{
    return {Kind::Bytes, least, most};
}

constexpr ConfigType choice(const char* words)
{
    return {Kind::Choice, 0, 0, words};
}

/// A setter that has nothing to say against any value of its type.
template <auto Member> QString to(const Value& value, Config& config)
{
    using T = std::remove_reference_t<decltype(config.*Member)>;
    if constexpr (std::is_same_v<T, QString>)
        config.*Member = value.text;
    else
        config.*Member = static_cast<T>(value.number);
    return {};
}

template <Limit limit> QString toLimit(const Value& value, Config& config)
{
    config.limits[limit] = value.rule;
    return {};
}

QString setAddress(const Value& value, Config& config)
{
    if (!config.address.setAddress(value.text))
        return QStringLiteral("an IP address");
    // Qt's Any takes IPv4 as well, and is IPv4 alone where a computer has no IPv6.
    if (config.address == QHostAddress(QHostAddress::AnyIPv6))
        config.address = QHostAddress(QHostAddress::Any);
    return {};
}

QString setHealthAddress(const Value& value, Config& config)
{
    config.healthAddress.clear();
    if (value.text.isEmpty() ||
        (config.healthAddress.setAddress(value.text) && config.healthAddress.isLoopback()))
        return {};
    return QStringLiteral("127.0.0.1 or ::1: it has no passwords, so only this computer may ask");
}

/// NAME, NAME:PORT, an IPv6 address or [IPv6 address]:PORT.
QString setHost(const Value& value, Config& config)
{
    config.publicHost.clear();
    config.publicPort = 0;
    QHostAddress address;
    if (value.text.isEmpty())
        return {};
    if (address.setAddress(value.text)) {
        config.publicHost = address.toString();
        return {};
    }
    const QUrl url(QStringLiteral("impulse://") + value.text, QUrl::StrictMode);
    config.publicHost = url.host(QUrl::FullyEncoded);
    config.publicPort = static_cast<quint16>(url.port(0));
    const bool good = url.isValid() && !config.publicHost.isEmpty() && url.userInfo().isEmpty() &&
                      url.path().isEmpty() && !url.hasQuery() && !url.hasFragment();
    return good ? QString() : QStringLiteral("NAME or NAME:PORT");
}

/// The path of "sqlite:" alone is set when the data folder is known.
QString setStorage(const Value& value, Config& config)
{
    auto address = StorageAddress::parse(value.text, QString());
    if (!address)
        return address.error();
    address.value().passwordFile = config.storage.passwordFile;
    config.storage = *std::move(address);
    return {};
}

QString setStoragePassword(const Value& value, Config& config)
{
    config.storage.passwordFile = value.text;
    return {};
}

constexpr ConfigKey basicKeys[] = {
    {"data", "DIR", text, "", false, to<&Config::dataFolder>,
     "Folder of the server's data: the database, the server's keys, the lock. It is made if it is\n"
     "missing, for the owner only. Back it up with `impulse-server ctl backup FILE`, and the key\n"
     "files in it apart from that. It has to be given."},
    {"storage", "URL", text, "sqlite:", false, setStorage,
     "Where the data is kept. sqlite: is one file in the data folder, good for thousands of "
     "people\n"
     "on one machine; sqlite:PATH puts it elsewhere. A database of a PostgreSQL server:\n"
     "postgresql://USER@HOST[:PORT]/DATABASE[?host=/FOLDER&sslmode=MODE&sslrootcert=FILE].\n"
     "`impulse-server migrate-storage` moves the data from one to the other."},
    {"storage-password-file", "FILE", text, "", false, setStoragePassword,
     "File with the password of the PostgreSQL user and nothing else, for the owner only.\n"
     "Without it ~/.pgpass counts."},
    {"address", "ADDRESS", text, "127.0.0.1", false, setAddress,
     "Address to listen on. :: is every address of this computer, 0.0.0.0 every IPv4 one; that\n"
     "needs TLS, by certificate and key or by a proxy."},
    {"port", "N", number(0, 65535), "7443", false, to<&Config::port>,
     "Port to listen on; 0 takes a free one."},
    {"host", "NAME[:PORT]", text, "", false, setHost,
     "What others call this server: links carry it. Without it they carry the address, or\n"
     "localhost if that is every address."},
    {"registration", "POLICY", choice("open|invite|closed"), "invite", true,
     to<&Config::registration>,
     "Who may register: open (everybody), invite (who has a link that the operator or a member\n"
     "made) or closed (nobody)."},
};

constexpr ConfigKey tlsKeys[] = {
    {"certificate", "FILE", text, "", true, to<&Config::certificateFile>,
     "TLS certificate chain in PEM form; with key. Clients trust the server's own key, which is "
     "in\n"
     "every link, so a self-signed one will do. It is read again when the file changes."},
    {"key", "FILE", text, "", true, to<&Config::keyFile>,
     "Private key of the certificate in PEM form, RSA or EC, without a passphrase."},
    {"behind-proxy", "on|off", onOff, "off", false, to<&Config::behindProxy>,
     "A reverse proxy does TLS: plain ws on any address, and the last address in X-Forwarded-For\n"
     "counts for limits. Let nobody but the proxy reach the port."},
    {"proxy-certificate", "FILE", text, "", true, to<&Config::proxyCertificateFile>,
     "The certificate that the proxy shows, in PEM form: clients bind their login to it."},
};

constexpr ConfigKey engineKeys[] = {
    {"max-connections", "N", number(1, million), "20000", true, to<&Config::maxConnections>,
     "Connections in all. An idle one costs about 12 KB of memory and one descriptor."},
    {"max-connections-per-address", "N", number(1, million), "200", true,
     to<&Config::maxConnectionsPerAddress>,
     "Connections of one address (an IPv6 /64 counts as one). A school or an office behind one\n"
     "address needs one for each device."},
    {"max-unauthenticated-connections", "N", number(1, million), "5000", true,
     to<&Config::maxUnauthenticatedConnections>,
     "Connections that have not logged in yet. Strangers cannot take the places of the others."},
    {"handshake-timeout", "TIME", ConfigType{Kind::Duration, 100, 600'000}, "10s", false,
     to<&Config::handshakeTimeoutMs>,
     "Time for TLS and the WebSocket handshake together. Longer lets slow networks in, and lets\n"
     "strangers hold places longer."},
    {"io-threads", "N", number(0, 256), "0", false, to<&Config::ioThreads>,
     "Threads that carry connections; 0 is one for each core. Each has a database connection."},
    {"dispatcher", "KIND", choice("epoll|qt"), "epoll", false, to<&Config::dispatcher>,
     "How those threads wait: epoll (Linux; the cost does not grow with idle connections) or qt,\n"
     "to compare."},
    {"group-commit", "on|off", onOff, "on", false, to<&Config::groupCommit>,
     "Writes that wait together share one transaction and one fsync. off is safe as well, and "
     "many\n"
     "times slower: to compare."},
    {"mailbox-entries", "N", number(100, 10 * million), "20000", false, to<&Config::mailboxEntries>,
     "Control envelopes kept for one device that is away, about 1 KB each, at most 180 days; the\n"
     "oldest go first, and clients heal what is lost with them."},
    {"mailbox-bytes", "BYTES", bytes(mega, 16 * 1024 * mega), "64M", false,
     to<&Config::mailboxBytes>, "Disk space for these of one device that is away; likewise."},
    {"push-limit-bytes", "BYTES", bytes(256 * kilo, 1024 * mega), "2M", false,
     to<&Config::pushLimitBytes>,
     "Memory for what a connection has not read: no push takes it above this. Once it has read, "
     "it\n"
     "catches up from the log. Memory at worst is this times the connections that do not read."},
    {"queue-limit-bytes", "BYTES", bytes(256 * kilo, 1024 * mega), "16M", false,
     to<&Config::queueLimitBytes>,
     "Unread bytes, answers included, above which a connection is closed. At most 24M have "
     "effect."},
};

constexpr ConfigKey limitKeys[] = {
    {"limit-logins", "COUNT/TIME", count, "5/15m", true,
     toLimit<Limit::FailuresPerAccountAndAddress>,
     "Failed logins of one account from one address; from the second on there is a wait after\n"
     "each: 1, 2, 4 … seconds. More lets passwords be guessed faster."},
    {"limit-logins-per-address", "COUNT/TIME", count, "20/15m", true,
     toLimit<Limit::FailuresPerAddress>,
     "Failed logins and wrong invites from one address. Raise it where many people share one."},
    {"limit-logins-per-account", "COUNT/TIME", count, "50/15m", true,
     toLimit<Limit::FailuresPerAccount>,
     "Failed logins of one account from anywhere. Past it its owner cannot log in by password\n"
     "either, by the recovery code he can."},
    {"limit-username-checks", "COUNT/TIME", count, "60/15m", true, toLimit<Limit::UsernameChecks>,
     "Names that one address may ask about before it registers."},
    {"limit-registrations", "COUNT/TIME", count, "300/1h", true, toLimit<Limit::Registrations>,
     "Attempts to register from one address."},
    {"limit-resolves", "COUNT/TIME", count, "100/15m", true, toLimit<Limit::Resolves>,
     "People whom one user may look up by name. More lets a user list the server's people."},
    {"limit-bundles", "COUNT/TIME", count, "20/1d", true, toLimit<Limit::Bundles>,
     "One-time keys that one user may take from one device. More lets him use them up."},
    {"limit-controls", "COUNT/TIME", count, "600/1h", true, toLimit<Limit::Controls>,
     "Control envelopes from one device to one device."},
    {"limit-transients", "COUNT/TIME", count, "240/1m", true, toLimit<Limit::Transients>,
     "Typing marks and the like of one device. They are passed on and never stored."},
    {"limit-invites", "COUNT/TIME", count, "100/1d", true, toLimit<Limit::Invites>,
     "Invites that one user may make."},
    {"limit-profile-changes", "COUNT/TIME", count, "100/1h", true, toLimit<Limit::ProfileChanges>,
     "Changes of one user's profile; each is a push to everybody whom he accepted."},
    {"limit-contact-changes", "COUNT/TIME", count, "1000/1h", true, toLimit<Limit::ContactChanges>,
     "People whom one user may accept, block or drop."},
    {"limit-new-groups", "COUNT/TIME", count, "100/1d", true, toLimit<Limit::NewGroups>,
     "Groups that one user may make."},
    {"limit-requests", "COUNT/TIME", count, "50000/10s", true, toLimit<Limit::Requests>,
     "Work that one user (before login: one address) may ask for, counted in rows that it reads "
     "or\n"
     "writes: 1 for a message, 50 for a sync, 100 for a registration. One connection may use "
     "half."},
    {"limit-stored-bytes", "BYTES/TIME", ConfigType{Kind::ByteRate, mega, mega* mega}, "128M/1h",
     true, toLimit<Limit::StoredBytes>,
     "Bytes that one user may have stored: about 30 short messages a second at the default. The\n"
     "disk fills at most this fast for each user."},
};

constexpr ConfigKey operationKeys[] = {
    {"log-level", "LEVEL", choice("debug|info|warning|error"), "info", true, to<&Config::logLevel>,
     "What goes to the log. It carries ids and counts, never content, names, keys or addresses."},
    {"log-format", "FORMAT", choice("auto|text|json|journal"), "auto", true, to<&Config::logFormat>,
     "text has the time in each line, json is one object per line, journal leaves the time to\n"
     "systemd and marks priorities. auto is journal under systemd, else text."},
    {"restore-wait", "TIME", ConfigType{Kind::Duration, 1000, 3'600'000}, "1m", false,
     to<&Config::restoreWaitMs>,
     "After a restore: how long the server waits until it takes back what devices of two users\n"
     "agree on; ten times that for what one user alone has. Until then nobody can register and no\n"
     "device can be added. Longer lets more clients come back first."},
    {"control-socket", "PATH", text, "", false, to<&Config::controlSocket>,
     "Where `impulse-server ctl` reaches this server. Unless given, it is control.sock in the "
     "data\n"
     "folder; off makes none. Only the server's own user and root may use it."},
    {"health-address", "ADDRESS", text, "", false, setHealthAddress,
     "127.0.0.1 or ::1 turns on /healthz and /metrics (Prometheus) there, for programs on this\n"
     "computer. One thread, no influence on chat."},
    {"health-port", "N", number(0, 65535), "7480", false, to<&Config::healthPort>,
     "Their port; 0 takes a free one and writes it to the log."},
};

constexpr ConfigSection sections[] = {{"What everybody needs", basicKeys},
                                      {"TLS", tlsKeys},
                                      {"Connections and memory", engineKeys},
                                      {"Limits on what people may do", limitKeys},
                                      {"Operation", operationKeys}};

/// Levenshtein's distance.
std::size_t editsBetween(const QString& a, const QString& b)
{
    std::vector<std::size_t> row(static_cast<std::size_t>(b.size()) + 1);
    for (std::size_t j = 0; j < row.size(); ++j)
        row[j] = j;
    for (qsizetype i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], static_cast<std::size_t>(i) + 1);
        for (std::size_t j = 1; j < row.size(); ++j) {
            const bool same = a[i] == b[static_cast<qsizetype>(j) - 1];
            const auto replaced = diagonal + (same ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::span<const ConfigSection> configSections()
{
    return sections;
}

const ConfigKey* findConfigKey(const QString& name)
{
    for (const auto& section : sections) {
        for (const auto& key : section.keys) {
            if (name == QLatin1String(key.name))
                return &key;
        }
    }
    return nullptr;
}

QStringList configKeyNames()
{
    QStringList names;
    for (const auto& section : sections) {
        for (const auto& key : section.keys)
            names << QString::fromLatin1(key.name);
    }
    return names;
}

QString nearestName(const QString& name, const QStringList& known)
{
    QString nearest;
    // More than half of a short word changed is another word.
    auto fewest = std::min<std::size_t>(static_cast<std::size_t>(name.size()) / 2, 3);
    for (const auto& candidate : known) {
        const auto edits = editsBetween(name, candidate);
        if (edits <= fewest && (nearest.isEmpty() || edits < fewest)) {
            fewest = edits;
            nearest = candidate;
        }
    }
    return nearest;
}

QString environmentName(const ConfigKey& key)
{
    return QStringLiteral("IMPULSE_SERVER_") +
           QString::fromLatin1(key.name).toUpper().replace(QLatin1Char('-'), QLatin1Char('_'));
}

QString configManual()
{
    QString manual = QStringLiteral(
        "# Configuration of impulse-server, and its manual. Lines are `key = value`; what follows "
        "a\n"
        "# `#` at the start of a line is a comment. Every key is commented out at its default.\n"
        "#\n"
        "# Each key is an option as well (--max-connections 500) and an environment variable\n"
        "# (IMPULSE_SERVER_MAX_CONNECTIONS=500). An option goes before the environment, that "
        "before\n"
        "# this file. Secrets are files, never values. Paths are best absolute.\n"
        "#\n"
        "# `impulse-server --check-config FILE` finds mistakes. Reloadable keys take effect on\n"
        "# SIGHUP or `impulse-server ctl reload` without dropping a connection, the others on a\n"
        "# restart; a file with mistakes changes nothing.\n");
    for (const auto& section : sections) {
        manual += QStringLiteral("\n# === %1 ===\n").arg(QLatin1String(section.title));
        for (const auto& key : section.keys) {
            manual += QLatin1Char('\n');
            for (const auto& line : QString::fromLatin1(key.text).split(QLatin1Char('\n')))
                manual += QStringLiteral("# ") + line + QLatin1Char('\n');
            const auto takes = key.type.kind == Kind::Text ? QString::fromLatin1(key.form)
                                                           : key.type.description();
            manual += QStringLiteral("# Takes %1.%2\n#%3 = %4\n")
                          .arg(takes, key.reloadable ? QStringLiteral(" Reloadable.") : QString(),
                               QLatin1String(key.name), QLatin1String(key.standard))
                          .replace(QStringLiteral(" = \n"), QStringLiteral(" =\n"));
        }
    }
    return manual;
}

} // namespace impulse::server
