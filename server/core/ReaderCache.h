#pragma once

#include "server/core/ports/Groups.h"

#include <unordered_map>

namespace impulse::server {

/// For lists of readers that are shared by many events: where their events go, found once for each
/// list and kept until somebody comes or goes. Lists are told by their address: as long as one is
/// in use, nothing else is there. Not for several threads.
template <class Target> class ReaderCache {
public:
    using Targets = std::vector<Target>;

    /// What was found is out of date.
    void invalidate() { ++m_changes; }

    /// `find(readers)` gives the targets, if they are not known. Valid until the next call.
    template <class Find>
    const Targets& of(const std::shared_ptr<const Readers>& readers, const Find& find)
    {
        if (m_entries.size() >= lists)
            forgetUnused();
        auto& entry = m_entries[readers.get()];
        if (entry.foundAt != m_changes || entry.readers.lock() != readers)
            entry = {readers, m_changes, find(*readers)};
        return entry.targets;
    }

    /// At most so many.
    static constexpr std::size_t lists = 4096;

private:
    struct Entry {
        std::weak_ptr<const Readers> readers;
        std::uint64_t foundAt = 0;
        Targets targets;
    };

    void forgetUnused()
    {
        std::erase_if(m_entries, [this](const auto& item) {
            return item.second.foundAt != m_changes || item.second.readers.expired();
        });
        if (m_entries.size() >= lists)
            m_entries.clear();
    }

    /// 0 is the number of an entry that was never filled.
    std::uint64_t m_changes = 1;
    std::unordered_map<const Readers*, Entry> m_entries;
};

} // namespace impulse::server
