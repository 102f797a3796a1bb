#include "client/e2ee/PrekeyStore.h"
#include "client/e2ee/StateCodec.h"

#include <limits>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::uint8_t storedVersion = 1;

/// The next id of a strictly ascending list; fails otherwise.
std::uint32_t readNextId(crypto::Reader& reader, std::uint32_t last)
{
    const auto id = reader.u32();
    if (id <= last)
        reader.fail();
    return id;
}

/// Numbers are given out above all that are there, up to the last one there is.
void checkNextId(crypto::Reader& reader, std::uint32_t next, std::uint32_t last)
{
    if (next <= last && next != std::numeric_limits<std::uint32_t>::max())
        reader.fail();
}

} // namespace

crypto::SecretBytes PrekeyStore::save() const
{
    crypto::SecretWriter writer;
    writer.u8(storedVersion).u32(m_nextSigned).u32(m_nextOneTime);
    writer.u32(static_cast<std::uint32_t>(m_signed.size()));
    for (const auto& [id, key] : m_signed) {
        writer.u32(id).u64(key.createdMs).u64(key.replacedMs);
        writeBoxPair(writer, key.pair);
        writer.u32(static_cast<std::uint32_t>(key.used.size()));
        for (const auto& session : key.used)
            writer.raw(session);
    }
    writer.u32(static_cast<std::uint32_t>(m_oneTime.size()));
    for (const auto& [id, key] : m_oneTime) {
        writer.u32(id).u64(key.createdMs);
        writeBoxPair(writer, key.pair);
    }
    return writer.take();
}

crypto::Result<void> PrekeyStore::load(const crypto::SecretBytes& saved)
{
    crypto::Reader reader(saved);
    const auto version = reader.u8();
    if (!reader.failed() && version != storedVersion)
        return Failure{CryptoError::UnsupportedVersion};
    PrekeyStore loaded;
    loaded.m_nextSigned = reader.u32();
    loaded.m_nextOneTime = reader.u32();
    // No count is believed: each round reads, and stops at the first failure.
    std::uint32_t last = 0;
    for (auto left = reader.u32(); left > 0 && !reader.failed(); --left) {
        last = readNextId(reader, last);
        Signed key;
        key.createdMs = reader.u64();
        key.replacedMs = reader.u64();
        key.pair = readBoxPair(reader);
        for (auto used = reader.u32(); used > 0 && !reader.failed(); --used) {
            const auto session = reader.fixed<SessionId>();
            if (!key.used.empty() && session <= *key.used.rbegin())
                reader.fail();
            key.used.insert(key.used.end(), session);
        }
        loaded.m_signed.insert_or_assign(last, std::move(key));
    }
    checkNextId(reader, loaded.m_nextSigned, last);
    last = 0;
    for (auto left = reader.u32(); left > 0 && !reader.failed(); --left) {
        last = readNextId(reader, last);
        OneTime key;
        key.createdMs = reader.u64();
        key.pair = readBoxPair(reader);
        loaded.m_oneTime.insert_or_assign(last, std::move(key));
    }
    checkNextId(reader, loaded.m_nextOneTime, last);
    IMPULSE_CHECK(reader.finish());
    *this = std::move(loaded);
    return {};
}

} // namespace impulse::e2ee
