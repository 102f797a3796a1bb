#include "server/core/LogHeads.h"

namespace impulse::server {

namespace {

constexpr std::size_t entriesPerRead = 10'000;

} // namespace

void LogHeads::update(const Store& store)
{
    for (;;) {
        const auto page = store.directory().entries(end().seq, entriesPerRead);
        for (const auto& entry : page) {
            const auto next = crypto::advanceHead(
                end(), {entry.seq, *crypto::DirectoryLabel::from(entry.label), entry.listHash});
            if (!next)
                return;
            m_heads.push_back(next->head);
        }
        if (page.size() < entriesPerRead)
            return;
    }
}

} // namespace impulse::server
