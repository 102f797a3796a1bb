// The commands of ControlCommands.h about invites.
#include "server/app/ControlCommands.h"

#include "server/core/InviteCodes.h"

#include <QDateTime>
#include <QJsonArray>

#include <algorithm>

namespace impulse::server {

namespace {

constexpr std::size_t invitesPerPage = 1000;
/// That have the same first digits; more would help nobody to choose.
constexpr std::size_t mostAlike = 20;
/// Told; 48 bits that hardly two invites share.
constexpr qsizetype inviteIdDigits = 12;
constexpr qsizetype fewestIdDigits = 6;
constexpr qsizetype hashDigits = static_cast<qsizetype>(InviteHash::size()) * 2;
constexpr std::uint64_t dayMs = std::uint64_t{24} * 3'600'000;

QString key(const char* name)
{
    return QString::fromLatin1(name);
}

QString timeText(std::uint64_t ms)
{
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms), Qt::UTC).toString(Qt::ISODate);
}

QString hex(const InviteHash& hash)
{
    return QString::fromStdString(toHex(hash));
}

QJsonValue number(std::uint64_t value)
{
    return QJsonValue(static_cast<qint64>(value));
}

/// The hash that begins with these digits and goes on with one digit to its end. Nothing if they
/// are no digits, or too many.
std::optional<InviteHash> padded(const QString& digits, char with)
{
    const auto whole = digits.toLatin1().leftJustified(hashDigits, with);
    const bool isHex = std::ranges::all_of(whole, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
    if (!isHex || whole.size() != hashDigits)
        return std::nullopt;
    const auto bytes = QByteArray::fromHex(whole);
    return InviteHash::from(View(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                 static_cast<std::size_t>(bytes.size())));
}

QJsonObject inviteObject(const InviteRow& invite)
{
    return {{key("id"), hex(invite.hash).left(inviteIdDigits)},
            {key("maker"),
             invite.maker.empty() ? key("(operator)") : QString::fromStdString(invite.maker)},
            {key("usesLeft"), number(invite.usesLeft)},
            {key("expires"), timeText(invite.expiresMs)}};
}

/// Invites with the same first digits, with as many digits as tell them apart. In the order of
/// their hashes, so that neighbours have most in common.
QString choiceOf(const std::vector<InviteRow>& rows)
{
    auto digits = inviteIdDigits;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const auto one = hex(rows[i - 1].hash);
        const auto other = hex(rows[i].hash);
        while (digits < hashDigits && one.left(digits) == other.left(digits))
            ++digits;
    }
    QStringList told;
    for (const auto& row : rows)
        told << QStringLiteral("%1 (expires %2)")
                    .arg(hex(row.hash).left(digits), timeText(row.expiresMs));
    return told.join(QStringLiteral(", "));
}

/// Exactly one invite, or a sentence.
Result<InviteHash, QString> findInvite(SqlConnection& connection, const QString& id)
{
    const auto first = padded(id, '0');
    const auto last = padded(id, 'f');
    if (!first || !last || id.size() < fewestIdDigits)
        return Failure{QStringLiteral("%1 is no id of an invite: at least %2 digits of those that "
                                      "`ctl invite list` tells")
                           .arg(id)
                           .arg(fewestIdDigits)};
    auto rows = inviteRowsBetween(connection, SystemClock().nowMs(), *first, *last, mostAlike + 1);
    if (connection.failed())
        return Failure{QStringLiteral("the database cannot be read")};
    if (rows.empty())
        return Failure{
            QStringLiteral("no invite has the id %1; `ctl invite list` lists them").arg(id)};
    if (rows.size() == 1)
        return rows.front().hash;
    const bool more = rows.size() > mostAlike;
    if (more)
        rows.pop_back();
    return Failure{QStringLiteral("the ids of several invites begin with %1; nothing was revoked. "
                                  "Say more digits: %2")
                       .arg(id, choiceOf(rows)) +
                   (more ? QStringLiteral(", and more") : QString())};
}

} // namespace

bool ControlCommands::runInvite(const QStringList& command, const QJsonObject& options,
                                ControlReplyPtr& reply)
{
    const auto what = command.value(1);
    if (what == QLatin1String("create") && command.size() == 2)
        createInvite(options, reply);
    else if (what == QLatin1String("list") && command.size() == 2)
        listInvites(options, reply);
    else if (what == QLatin1String("revoke") && command.size() == 3)
        revokeInvite(command[2], reply);
    else
        return false;
    return true;
}

void ControlCommands::createInvite(const QJsonObject& options, ControlReplyPtr reply)
{
    const auto uses = options[QLatin1String("uses")].toInteger(1);
    const auto days = options[QLatin1String("valid-days")].toInteger(7);
    if (uses < 1 || uses > static_cast<qint64>(inviteMaxUses))
        return reply->fail(QStringLiteral("--uses takes a number from 1 to %1").arg(inviteMaxUses));
    if (days < 1 || days > 366)
        return reply->fail(QStringLiteral("--valid-days takes a number from 1 to 366"));
    crypto::SystemRng rng;
    const auto code = newInviteCode(rng);
    const NewInvite invite{inviteHash(code), std::nullopt, static_cast<std::uint64_t>(uses),
                           SystemClock().nowMs() + static_cast<std::uint64_t>(days) * dayMs};
    const QJsonObject result{{key("id"), hex(invite.hash).left(inviteIdDigits)},
                             {key("link"), m_target.inviteLink(QString::fromStdString(code))},
                             {key("uses"), number(invite.uses)},
                             {key("expires"), timeText(invite.expiresMs)}};
    onOneHost([invite, done = answer(reply, result)](Operations& operations) {
        operations.makeInvite(invite, done);
    });
}

void ControlCommands::listInvites(const QJsonObject& options, ControlReplyPtr reply)
{
    const auto after = padded(options[QLatin1String("after")].toString(), '0');
    if (!after)
        return reply->fail(QStringLiteral("--after takes the id that the last page named"));
    query(std::move(reply), [after = *after](SqlConnection& db) {
        // One more tells whether there is another page.
        auto invites = inviteRows(db, SystemClock().nowMs(), after, invitesPerPage + 1);
        QString next;
        if (invites.size() > invitesPerPage) {
            invites.pop_back();
            next = hex(invites.back().hash);
        }
        std::ranges::stable_sort(invites, {}, &InviteRow::expiresMs);
        QJsonArray rows;
        for (const auto& invite : invites)
            rows << inviteObject(invite);
        QJsonObject result{
            {key("columns"), QJsonArray{key("id"), key("maker"), key("usesLeft"), key("expires")}},
            {key("rows"), rows}};
        if (!next.isEmpty())
            result[key("next")] = next;
        return result;
    });
}

void ControlCommands::revokeInvite(const QString& id, ControlReplyPtr reply)
{
    inPool([this, storage = m_target.storage, id, reply]() -> Then {
        auto connection = SqlConnection::open(storage, SqlConnection::Mode::ReadOnly);
        const auto found = connection
                               ? findInvite(**connection, id)
                               : Result<InviteHash, QString>(Failure{connection.error().message});
        if (!found)
            return [reply, text = found.error()] { reply->fail(text); };
        return [this, reply, hash = *found] {
            const QJsonObject result{{key("id"), hex(hash).left(inviteIdDigits)},
                                     {key("state"), key("revoked")}};
            onOneHost([hash, done = answer(reply, result)](Operations& operations) {
                operations.revokeInvite(hash, done);
            });
        };
    });
}

} // namespace impulse::server
