#pragma once

#include "common/core/Inbox.h"
#include "server/core/ReaderCache.h"
#include "server/core/ports/EventBus.h"

#include <functional>
#include <mutex>
#include <unordered_map>

namespace impulse::server {

/// The event bus of one process. A delivery goes only to the ends that have a session for it, and
/// is shared by them. Any thread; outlives its ends.
class LocalBus final : public Publisher {
public:
    LocalBus() = default;
    LocalBus(const LocalBus&) = delete;
    LocalBus& operator=(const LocalBus&) = delete;

    /// A new end. `wake` is called by any thread when something has come and the end had nothing
    /// before; it only has to make the owner call take() soon.
    std::unique_ptr<EventBus> connect(std::function<void()> wake);

    void publish(Deliveries deliveries) override;

    /// Deliveries that wait, at all ends together.
    std::size_t waitingNow() const;

    /// Deliveries that wait for one end.
    static constexpr std::size_t waiting = 8192;

private:
    class End;
    using Shared = std::shared_ptr<const Delivery>;
    using Box = Inbox<Shared>;
    struct Batch {
        std::shared_ptr<Box> box;
        std::vector<Shared> deliveries;
    };

    /// What each end gets.
    std::vector<Batch> sort(Deliveries deliveries);
    std::vector<const Box*> boxesFor(const Delivery& delivery);
    std::vector<const Box*> boxesOf(const Readers& readers) const;

    mutable std::mutex m_mutex;
    std::vector<std::shared_ptr<Box>> m_boxes;
    /// One entry for each session.
    std::unordered_multimap<UserId, const Box*, FixedHash> m_users;
    std::unordered_multimap<DeviceId, const Box*, FixedHash> m_devices;
    ReaderCache<const Box*> m_groups;
};

} // namespace impulse::server
