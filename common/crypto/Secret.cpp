#include "common/crypto/Secret.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

namespace impulse::crypto {
namespace {

constexpr std::size_t slabSize = 4096;

/// Slots of one size. Slabs are kept for the life of the process: a key is made and wiped with
/// every message, and mapping guarded memory each time would cost more than the encryption.
class SlotPool {
public:
    explicit SlotPool(std::size_t slotSize) : m_slotSize(slotSize) {}

    std::uint8_t* take()
    {
        const std::lock_guard lock(m_mutex);
        if (m_free.empty())
            addSlab();
        auto* slot = m_free.back();
        m_free.pop_back();
        return slot;
    }

    void giveBack(std::uint8_t* slot)
    {
        sodium_memzero(slot, m_slotSize);
        const std::lock_guard lock(m_mutex);
        m_free.push_back(slot); // never reallocates: addSlab reserved room for every slot
    }

private:
    void addSlab()
    {
        auto* slab = detail::takeBlock(slabSize);
        m_slots += slabSize / m_slotSize;
        m_free.reserve(m_slots);
        for (std::size_t offset = 0; offset < slabSize; offset += m_slotSize)
            m_free.push_back(slab + offset);
    }

    const std::size_t m_slotSize;
    std::mutex m_mutex;
    std::vector<std::uint8_t*> m_free;
    std::size_t m_slots = 0;
};

SlotPool& poolFor(std::size_t size)
{
    // Never destroyed, so that a secret in a static object can still be freed.
    static auto* const pools =
        new std::array<SlotPool, 2>{SlotPool(detail::maxSlot / 2), SlotPool(detail::maxSlot)};
    return (*pools)[size <= detail::maxSlot / 2 ? 0 : 1];
}

} // namespace

namespace detail {

std::uint8_t* takeSlot(std::size_t size)
{
    return poolFor(size).take();
}

void returnSlot(std::uint8_t* slot, std::size_t size) noexcept
{
    poolFor(size).giveBack(slot);
}

std::uint8_t* takeBlock(std::size_t size)
{
    if (sodium_init() < 0)
        throw std::bad_alloc();
    auto* block = static_cast<std::uint8_t*>(sodium_malloc(size));
    if (!block)
        throw std::bad_alloc();
    std::memset(block, 0, size);
    return block;
}

void returnBlock(std::uint8_t* block) noexcept
{
    sodium_free(block);
}

bool sameBytes(View a, View b)
{
    return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

} // namespace detail

SecretBytes::SecretBytes(std::size_t size) : m_size(size), m_capacity(size)
{
    if (size > 0)
        m_block = detail::takeBlock(size);
}

SecretBytes::SecretBytes(View bytes) : SecretBytes(bytes.size())
{
    std::ranges::copy(bytes, m_block);
}

void SecretBytes::append(View bytes)
{
    if (bytes.empty())
        return;
    if (m_capacity - m_size < bytes.size()) {
        // A locked block is at least a page: growing in smaller steps would only cost system calls.
        SecretBytes larger(std::max({m_capacity * 2, m_size + bytes.size(), std::size_t{2048}}));
        std::ranges::copy(this->bytes(), larger.m_block);
        std::ranges::copy(bytes, larger.m_block + m_size); // before the old block goes: may alias
        larger.m_size = m_size + bytes.size();
        swap(larger);
        return;
    }
    std::ranges::copy(bytes, m_block + m_size);
    m_size += bytes.size();
}

void SecretBytes::clear()
{
    if (m_block)
        detail::returnBlock(m_block);
    m_block = nullptr;
    m_size = m_capacity = 0;
}

void SecretBytes::swap(SecretBytes& other) noexcept
{
    std::swap(m_block, other.m_block);
    std::swap(m_size, other.m_size);
    std::swap(m_capacity, other.m_capacity);
}

} // namespace impulse::crypto
