#include "server/app/ServerConfig.h"

#include "server/core/InviteCodes.h"

#include <QCommandLineParser>
#include <QUrl>

namespace impulse::server {

namespace {

struct Options {
    QCommandLineOption data{QStringLiteral("data"), QStringLiteral("Folder of the server's data."),
                            QStringLiteral("DIR")};
    QCommandLineOption storage{
        QStringLiteral("storage"),
        QStringLiteral("Where the database is: sqlite: (default, in the data folder), sqlite:PATH "
                       "or postgresql://USER@HOST/DATABASE."),
        QStringLiteral("URL")};
    QCommandLineOption storagePassword{
        QStringLiteral("storage-password-file"),
        QStringLiteral("File with the password of the PostgreSQL user. Default: ~/.pgpass."),
        QStringLiteral("FILE")};
    QCommandLineOption port{QStringLiteral("port"),
                            QStringLiteral("Port; 0 takes a free one. Default 7443."),
                            QStringLiteral("N")};
    QCommandLineOption address{QStringLiteral("address"),
                               QStringLiteral("IP address to listen on. Default 127.0.0.1."),
                               QStringLiteral("A")};
    QCommandLineOption registration{
        QStringLiteral("registration"),
        QStringLiteral("Who may register: open, invite (default) or closed."),
        QStringLiteral("POLICY")};
    QCommandLineOption certificate{QStringLiteral("certificate"),
                                   QStringLiteral("TLS certificate chain, PEM; with --key."),
                                   QStringLiteral("FILE")};
    QCommandLineOption key{QStringLiteral("key"), QStringLiteral("TLS private key, PEM."),
                           QStringLiteral("FILE")};
    QCommandLineOption behindProxy{
        QStringLiteral("behind-proxy"),
        QStringLiteral("A reverse proxy does TLS: plain ws on any address.")};
    QCommandLineOption proxyCertificate{
        QStringLiteral("proxy-certificate"),
        QStringLiteral("The proxy's certificate, PEM; clients check it."), QStringLiteral("FILE")};
    QCommandLineOption host{QStringLiteral("host"),
                            QStringLiteral("Where others reach the server: what links name. "
                                           "Default: the address; localhost if that is any."),
                            QStringLiteral("NAME[:PORT]")};
    QCommandLineOption invite{
        QStringLiteral("invite"),
        QStringLiteral("Make an invite at the start and write its link to the log.")};
    QCommandLineOption makeInvite{QStringLiteral("make-invite"),
                                  QStringLiteral("Print a new invite link and exit.")};
    QCommandLineOption uses{QStringLiteral("uses"),
                            QStringLiteral("How many people an invite is for. Default 1."),
                            QStringLiteral("N")};
    QCommandLineOption validDays{QStringLiteral("valid-days"),
                                 QStringLiteral("How long an invite is valid. Default 7."),
                                 QStringLiteral("D")};
    QCommandLineOption connections{QStringLiteral("max-connections"),
                                   QStringLiteral("Connections in all. Default 20000."),
                                   QStringLiteral("N")};
    QCommandLineOption perAddress{QStringLiteral("max-connections-per-address"),
                                  QStringLiteral("Connections of one address. Default 200."),
                                  QStringLiteral("N")};
    QCommandLineOption ioThreads{QStringLiteral("io-threads"),
                                 QStringLiteral("Threads for connections. Default 0: one a core."),
                                 QStringLiteral("N")};
    QCommandLineOption dispatcher{QStringLiteral("dispatcher"),
                                  QStringLiteral("Event loop: epoll (default) or qt."),
                                  QStringLiteral("NAME")};
    QCommandLineOption help{QStringLiteral("help"), QStringLiteral("Print this and exit.")};
    QCommandLineOption version{QStringLiteral("version"),
                               QStringLiteral("Print the version and exit.")};

    void addTo(QCommandLineParser& parser) const
    {
        parser.setApplicationDescription(QStringLiteral(
            "Impulse server. Exit codes: 0 clean, 1 internal, 2 arguments, 3 data folder, "
            "4 database, 5 network, 6 certificate, 7 self-test."));
        parser.addOptions({data, storage, storagePassword, port, address, registration, certificate, key, behindProxy,
                           proxyCertificate, host, invite, makeInvite, uses, validDays, connections,
                           perAddress, ioThreads, dispatcher, help, version});
    }
};

/// Reads --NAME N into `target` if it was given; false if it is not a number within the bounds.
template <class T>
bool readNumber(const QCommandLineParser& parser, const QCommandLineOption& option, qulonglong min,
                qulonglong max, T& target)
{
    if (!parser.isSet(option))
        return true;
    bool good = false;
    const auto value = parser.value(option).toULongLong(&good);
    if (!good || value < min || value > max)
        return false;
    target = static_cast<T>(value);
    return true;
}

bool readRegistration(const QString& text, protocol::RegistrationPolicy& policy)
{
    using protocol::RegistrationPolicy;
    if (text == QLatin1String("open"))
        policy = RegistrationPolicy::Open;
    else if (text == QLatin1String("invite"))
        policy = RegistrationPolicy::Invite;
    else if (text == QLatin1String("closed"))
        policy = RegistrationPolicy::Closed;
    else
        return false;
    return true;
}

/// NAME, NAME:PORT, an IPv6 address or [IPv6 address]:PORT.
bool readHost(const QString& text, ServerConfig& config)
{
    QHostAddress address;
    if (address.setAddress(text)) {
        config.publicHost = address.toString();
        return true;
    }
    const QUrl url(QStringLiteral("impulse://") + text, QUrl::StrictMode);
    config.publicHost = url.host(QUrl::FullyEncoded);
    config.publicPort = static_cast<quint16>(url.port(0));
    return url.isValid() && !config.publicHost.isEmpty() && url.userInfo().isEmpty() &&
           url.path().isEmpty() && !url.hasQuery() && !url.hasFragment();
}

Result<void, QString> checkTransport(const ServerConfig& config)
{
    if (config.certificateFile.isEmpty() != config.keyFile.isEmpty())
        return Failure{QStringLiteral("--certificate and --key belong together")};
    if (config.encrypts() && config.behindProxy)
        return Failure{QStringLiteral("--behind-proxy and --certificate exclude each other")};
    if (config.behindProxy == config.proxyCertificateFile.isEmpty())
        return Failure{QStringLiteral("--behind-proxy and --proxy-certificate belong together")};
    return {};
}

Result<void, QString> readNumbers(const QCommandLineParser& parser, const Options& options,
                                  ServerConfig& config)
{
    if (!readNumber(parser, options.port, 0, 65535, config.port))
        return Failure{QStringLiteral("--port takes a number from 0 to 65535")};
    if (!readNumber(parser, options.uses, 1, inviteMaxUses, config.inviteUses))
        return Failure{QStringLiteral("--uses takes a number from 1 to 1000")};
    if (!readNumber(parser, options.validDays, 1, 366, config.inviteDays))
        return Failure{QStringLiteral("--valid-days takes a number from 1 to 366")};
    if (!readNumber(parser, options.connections, 1, 1'000'000, config.maxConnections))
        return Failure{QStringLiteral("--max-connections takes a number from 1 to 1000000")};
    if (!readNumber(parser, options.ioThreads, 0, 64, config.ioThreads))
        return Failure{QStringLiteral("--io-threads takes a number from 0 to 64")};
    if (!readNumber(parser, options.perAddress, 1, 1'000'000, config.maxConnectionsPerAddress))
        return Failure{
            QStringLiteral("--max-connections-per-address takes a number from 1 to 1000000")};
    return {};
}

} // namespace

bool listensOnAll(const QHostAddress& address)
{
    return address == QHostAddress(QHostAddress::Any) ||
           address == QHostAddress(QHostAddress::AnyIPv4) ||
           address == QHostAddress(QHostAddress::AnyIPv6);
}

Result<ServerConfig, QString> parseArguments(const QStringList& arguments)
{
    const Options options;
    QCommandLineParser parser;
    options.addTo(parser);
    if (!parser.parse(QStringList{QStringLiteral("impulse-server")} + arguments))
        return Failure{parser.errorText()};
    ServerConfig config;
    if (parser.isSet(options.help) || parser.isSet(options.version)) {
        config.command = parser.isSet(options.help) ? ServerConfig::Command::Help
                                                    : ServerConfig::Command::Version;
        return config;
    }
    if (!parser.positionalArguments().isEmpty())
        return Failure{QStringLiteral("unexpected argument: ") +
                       parser.positionalArguments().first()};
    config.dataFolder = parser.value(options.data);
    if (config.dataFolder.isEmpty())
        return Failure{QStringLiteral("--data DIR is missing")};
    IMPULSE_TRY(config.storage,
                StorageAddress::parse(parser.isSet(options.storage) ? parser.value(options.storage)
                                                                    : QStringLiteral("sqlite:"),
                                      config.dataFolder + QStringLiteral("/impulse.db")));
    config.storage.passwordFile = parser.value(options.storagePassword);
    if (parser.isSet(options.makeInvite))
        config.command = ServerConfig::Command::MakeInvite;
    if (parser.isSet(options.address) && !config.address.setAddress(parser.value(options.address)))
        return Failure{QStringLiteral("--address takes an IP address")};
    if (parser.isSet(options.registration) &&
        !readRegistration(parser.value(options.registration), config.registration))
        return Failure{QStringLiteral("--registration takes open, invite or closed")};
    if (parser.isSet(options.dispatcher)) {
        const auto name = parser.value(options.dispatcher);
        if (name != QLatin1String("epoll") && name != QLatin1String("qt"))
            return Failure{QStringLiteral("--dispatcher takes epoll or qt")};
        config.dispatcher = name == QLatin1String("qt") ? Dispatcher::Qt : Dispatcher::Epoll;
    }
    config.certificateFile = parser.value(options.certificate);
    config.keyFile = parser.value(options.key);
    config.behindProxy = parser.isSet(options.behindProxy);
    config.proxyCertificateFile = parser.value(options.proxyCertificate);
    if (parser.isSet(options.host) && !readHost(parser.value(options.host), config))
        return Failure{QStringLiteral("--host takes NAME or NAME:PORT")};
    config.invite = parser.isSet(options.invite);
    IMPULSE_CHECK(readNumbers(parser, options, config));
    IMPULSE_CHECK(checkTransport(config));
    return config;
}

QString usageText()
{
    // The parser takes the program's name from the application, which there is by now.
    QCommandLineParser parser;
    Options().addTo(parser);
    return parser.helpText();
}

} // namespace impulse::server
