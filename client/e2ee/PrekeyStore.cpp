#include "client/e2ee/PrekeyStore.h"

#include "common/crypto/Codec.h"

#include <algorithm>
#include <limits>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr auto lastId = std::numeric_limits<std::uint32_t>::max();

/// The next id above one that the server names, unless that is a lie to use the numbers up.
std::uint32_t nextAbove(std::uint32_t next, std::uint32_t named)
{
    if (named < next || named - next >= prekeyLimits::believableLead || named == lastId)
        return next;
    return named + 1;
}

} // namespace

crypto::Result<crypto::SignedPrekey>
PrekeyStore::rotateSigned(crypto::Rng& rng, const crypto::Device& device, std::uint64_t nowMs)
{
    if (m_nextSigned == lastId)
        return Failure{CryptoError::LimitExceeded};
    const auto made = crypto::makeSignedPrekey(
        rng, device.signPair().secretKey, device.party().user, device.id(), m_nextSigned, nowMs);
    addSigned(m_nextSigned, crypto::boxKeyPair(made.seed), nowMs);
    return made.publicPart;
}

crypto::Result<std::vector<crypto::OneTimePrekey>>
PrekeyStore::makeOneTime(crypto::Rng& rng, std::size_t count, std::uint64_t nowMs)
{
    if (count >= lastId - m_nextOneTime)
        return Failure{CryptoError::LimitExceeded};
    std::vector<crypto::OneTimePrekey> made;
    for (std::size_t i = 0; i < count; ++i) {
        const auto key = crypto::makeOneTimePrekey(rng, m_nextOneTime);
        made.push_back(key.publicPart);
        addOneTime(m_nextOneTime, crypto::boxKeyPair(key.seed), nowMs);
    }
    return made;
}

bool PrekeyStore::rotationDue(std::uint64_t nowMs) const
{
    return m_signed.empty() ||
           nowMs >= m_signed.rbegin()->second.createdMs + prekeyLimits::rotationMs;
}

PrekeyPlan PrekeyStore::plan(std::uint32_t serverSignedId,
                             const std::vector<std::uint32_t>& serverOneTimeIds,
                             std::uint64_t nowMs)
{
    const bool newest = !m_signed.empty() && m_signed.rbegin()->first == serverSignedId;
    const bool known = std::ranges::all_of(
        serverOneTimeIds, [&](std::uint32_t id) { return m_oneTime.contains(id); });
    m_nextSigned = nextAbove(m_nextSigned, serverSignedId);
    for (const auto id : serverOneTimeIds)
        m_nextOneTime = nextAbove(m_nextOneTime, id);
    if (!newest || !known)
        return {true, true, prekeyLimits::batch};
    const bool few = serverOneTimeIds.size() < prekeyLimits::refillBelow;
    return {rotationDue(nowMs), false, few ? prekeyLimits::batch : 0};
}

void PrekeyStore::addSigned(std::uint32_t id, crypto::BoxKeyPair pair, std::uint64_t createdMs)
{
    for (auto& [other, older] : m_signed) {
        if (older.replacedMs == 0)
            older.replacedMs = std::max<std::uint64_t>(createdMs, 1);
    }
    m_signed.insert_or_assign(id, Signed{std::move(pair), createdMs, 0, {}});
    m_nextSigned = std::max(m_nextSigned, id == lastId ? lastId : id + 1);
}

void PrekeyStore::addOneTime(std::uint32_t id, crypto::BoxKeyPair pair, std::uint64_t createdMs)
{
    m_oneTime.insert_or_assign(id, OneTime{std::move(pair), createdMs});
    m_nextOneTime = std::max(m_nextOneTime, id == lastId ? lastId : id + 1);
}

const crypto::BoxKeyPair* PrekeyStore::signedSecret(std::uint32_t id) const
{
    const auto found = m_signed.find(id);
    return found == m_signed.end() ? nullptr : &found->second.pair;
}

const crypto::BoxKeyPair* PrekeyStore::oneTimeSecret(std::uint32_t id) const
{
    const auto found = m_oneTime.find(id);
    return found == m_oneTime.end() ? nullptr : &found->second.pair;
}

bool PrekeyStore::wasUsed(std::uint32_t signedId, const SessionId& session) const
{
    const auto found = m_signed.find(signedId);
    return found != m_signed.end() && found->second.used.contains(session);
}

std::vector<std::uint32_t> PrekeyStore::oneTimeIds() const
{
    std::vector<std::uint32_t> ids;
    ids.reserve(m_oneTime.size());
    for (const auto& [id, key] : m_oneTime)
        ids.push_back(id);
    return ids;
}

void PrekeyStore::markUsed(std::uint32_t signedId, std::uint32_t oneTimeId,
                           const SessionId& session)
{
    m_oneTime.erase(oneTimeId);
    const auto found = m_signed.find(signedId);
    if (found != m_signed.end())
        found->second.used.insert(session);
}

void PrekeyStore::removeSigned(std::uint32_t id)
{
    m_signed.erase(id);
}

bool PrekeyStore::expire(std::uint64_t nowMs)
{
    const auto signedGone = std::erase_if(m_signed, [&](const auto& entry) {
        const auto replaced = entry.second.replacedMs;
        return replaced != 0 && nowMs >= replaced + prekeyLimits::replacedLifetimeMs;
    });
    const auto oneTimeGone = std::erase_if(m_oneTime, [&](const auto& entry) {
        return nowMs >= entry.second.createdMs + prekeyLimits::oneTimeLifetimeMs;
    });
    return signedGone + oneTimeGone > 0;
}

} // namespace impulse::e2ee
