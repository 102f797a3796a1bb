#include "server/app/DataFolder.h"

#include "common/crypto/Primitives.h"
#include "server/app/FileCopy.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace impulse::server {

namespace {

/// A file descriptor that closes itself.
class Descriptor {
public:
    Descriptor(const QString& path, int flags, mode_t mode = 0)
        : m_value(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC, mode))
    {
    }
    ~Descriptor()
    {
        if (m_value >= 0)
            ::close(m_value);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_value; }
    bool isOpen() const { return m_value >= 0; }

private:
    int m_value;
};

QString reason()
{
    return QString::fromStdString(std::generic_category().message(errno));
}

/// Reads straight into locked memory.
template <class Key> Result<Key, QString> readKey(const QString& path)
{
    const Descriptor file(path, O_RDONLY | O_NOFOLLOW);
    struct stat status {};
    if (!file.isOpen() || ::fstat(file.get(), &status) != 0)
        return Failure{QStringLiteral("cannot read %1: %2").arg(path, reason())};
    if (!S_ISREG(status.st_mode) || status.st_size != static_cast<off_t>(Key::size()))
        return Failure{
            QStringLiteral("%1 is not a key file of %2 bytes").arg(path).arg(Key::size())};
    if ((status.st_mode & 077) != 0) {
        return Failure{QStringLiteral("%1 can be read by other users of this machine (mode %2): "
                                      "chmod 600 it, and think about who may have read it")
                           .arg(path)
                           .arg(status.st_mode & 0777, 3, 8, QLatin1Char('0'))};
    }
    Key key;
    const auto bytes = crypto::SecretAccess::writable(key);
    if (::read(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        return Failure{QStringLiteral("cannot read %1: %2").arg(path, reason())};
    return key;
}

/// Complete on disk under its name, or not there at all.
template <class Key> Result<Key, QString> makeKey(const QString& path, crypto::Rng& rng)
{
    auto key = crypto::random<Key>(rng);
    const auto bytes = crypto::SecretAccess::view(key);
    const QString draft = path + QStringLiteral(".new");
    ::unlink(QFile::encodeName(draft).constData());
    {
        const Descriptor file(draft, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (!file.isOpen() ||
            ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
            ::fsync(file.get()) != 0)
            return Failure{QStringLiteral("cannot write %1: %2").arg(path, reason())};
    }
    if (::rename(QFile::encodeName(draft).constData(), QFile::encodeName(path).constData()) != 0)
        return Failure{QStringLiteral("cannot write %1: %2").arg(path, reason())};
    return key;
}

template <class Key>
Result<Key, QString> readOrMake(const QString& path, bool mayMake, crypto::Rng& rng)
{
    if (QFile::exists(path))
        return readKey<Key>(path);
    if (!mayMake) {
        return Failure{
            QStringLiteral("%1 is missing, but there is a database that belongs to it; restore it "
                           "from a backup, clients trust no other key")
                .arg(path)};
    }
    return makeKey<Key>(path, rng);
}

} // namespace

Result<DataFolder, QString> DataFolder::open(const QString& path)
{
    const auto name = QFile::encodeName(path);
    if (!QDir().exists(path)) {
        const auto parent = QDir::cleanPath(path + QStringLiteral("/.."));
        if (!QDir().mkpath(parent) || ::mkdir(name.constData(), 0700) != 0)
            return Failure{
                QStringLiteral("cannot make the data folder %1: %2").arg(path, reason())};
    }
    if (::access(name.constData(), R_OK | W_OK | X_OK) != 0)
        return Failure{
            QStringLiteral("cannot write to the data folder %1: %2").arg(path, reason())};
    return DataFolder(QDir(path).absolutePath());
}

DataFolder::~DataFolder()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : m_path(std::move(other.m_path)), m_lock(std::exchange(other.m_lock, -1))
{
}

Result<bool, QString> DataFolder::lock()
{
    const auto path = file(QStringLiteral("lock"));
    const int descriptor = ::open(QFile::encodeName(path).constData(),
                                  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return Failure{QStringLiteral("cannot open %1: %2").arg(path, reason())};
    // Made by a command of root's, it would keep the server out.
    if (!giveAway(descriptor, foreignOwnerOf(m_path))) {
        const auto why = reason();
        ::close(descriptor);
        return Failure{
            QStringLiteral("cannot give %1 to the owner of its folder: %2").arg(path, why)};
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
        m_lock = descriptor;
        return true;
    }
    const bool taken = errno == EWOULDBLOCK;
    const auto why = reason();
    ::close(descriptor);
    if (taken)
        return false;
    return Failure{QStringLiteral("cannot lock %1: %2").arg(path, why)};
}

Result<ServerKeys, QString> DataFolder::keys(crypto::Rng& rng, bool mayMake) const
{
    using Pepper = decltype(ServerKeys::pepper);
    using FakeSaltKey = decltype(ServerKeys::fakeSaltKey);
    IMPULSE_TRY(const auto seed,
                readOrMake<crypto::SignSeed>(file(QStringLiteral("server.key")), mayMake, rng));
    IMPULSE_TRY(auto pepper, readOrMake<Pepper>(file(QStringLiteral("pepper.key")), mayMake, rng));
    IMPULSE_TRY(auto fakeSaltKey,
                readOrMake<FakeSaltKey>(file(QStringLiteral("secret.key")), mayMake, rng));
    auto pair = crypto::signKeyPair(seed);
    return ServerKeys{ServerId::from(pair.publicKey).value_or(ServerId{}),
                      std::move(pair.secretKey), std::move(pepper), std::move(fakeSaltKey)};
}

void DataFolder::rememberLinkBase(const QString& base) const
{
    QSaveFile output(file(QStringLiteral("link")));
    if (output.open(QIODevice::WriteOnly)) {
        output.write(base.toUtf8());
        output.commit();
    }
}

QString DataFolder::lastLinkBase() const
{
    QFile input(file(QStringLiteral("link")));
    return input.open(QIODevice::ReadOnly) ? QString::fromUtf8(input.read(300)) : QString();
}

} // namespace impulse::server
