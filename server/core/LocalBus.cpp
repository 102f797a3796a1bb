#include "server/core/LocalBus.h"

#include <algorithm>

namespace impulse::server {
namespace {

template <class... Cases> struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases> Overloaded(Cases...) -> Overloaded<Cases...>;

template <class Map, class Key, class Value>
void removeOne(Map& map, const Key& key, const Value& value)
{
    const auto [first, last] = map.equal_range(key);
    const auto found =
        std::find_if(first, last, [&](const auto& entry) { return entry.second == value; });
    if (found != last)
        map.erase(found);
}

template <class Map, class Key, class Value>
void addValues(const Map& map, const Key& key, std::vector<Value>& values)
{
    const auto [first, last] = map.equal_range(key);
    for (auto entry = first; entry != last; ++entry) {
        if (std::ranges::find(values, entry->second) == values.end())
            values.push_back(entry->second);
    }
}

} // namespace

class LocalBus::End final : public EventBus {
public:
    End(LocalBus& bus, std::function<void()> wake)
        : m_bus(bus), m_box(std::make_shared<Box>(waiting, std::move(wake)))
    {
        const std::lock_guard lock(m_bus.m_mutex);
        m_bus.m_boxes.push_back(m_box);
    }
    ~End() override
    {
        // A publisher that waits for room here goes on.
        m_box->close();
        const std::lock_guard lock(m_bus.m_mutex);
        std::erase(m_bus.m_boxes, m_box);
        const auto isMine = [this](const auto& entry) { return entry.second == m_box.get(); };
        std::erase_if(m_bus.m_users, isMine);
        std::erase_if(m_bus.m_devices, isMine);
        m_bus.m_groups.invalidate();
    }

    bool join(const UserId& user, const DeviceId& device) override
    {
        const std::lock_guard lock(m_bus.m_mutex);
        const bool first = !m_bus.m_users.contains(user);
        m_bus.m_users.emplace(user, m_box.get());
        m_bus.m_devices.emplace(device, m_box.get());
        m_bus.m_groups.invalidate();
        return first;
    }
    bool leave(const UserId& user, const DeviceId& device) override
    {
        const std::lock_guard lock(m_bus.m_mutex);
        removeOne(m_bus.m_users, user, m_box.get());
        removeOne(m_bus.m_devices, device, m_box.get());
        m_bus.m_groups.invalidate();
        return !m_bus.m_users.contains(user);
    }
    bool isOnline(const UserId& user) const override
    {
        const std::lock_guard lock(m_bus.m_mutex);
        return m_bus.m_users.contains(user);
    }
    void publish(Deliveries deliveries) override
    {
        for (auto& batch : m_bus.sort(std::move(deliveries)))
            batch.box->pushSome(std::move(batch.deliveries));
    }
    std::vector<Shared> take() override { return m_box->takeAll(); }

private:
    LocalBus& m_bus;
    const std::shared_ptr<Box> m_box;
};

std::unique_ptr<EventBus> LocalBus::connect(std::function<void()> wake)
{
    return std::make_unique<End>(*this, std::move(wake));
}

void LocalBus::publish(Deliveries deliveries)
{
    for (auto& batch : sort(std::move(deliveries)))
        (void)batch.box->pushAll(std::move(batch.deliveries));
}

std::size_t LocalBus::waitingNow() const
{
    const std::lock_guard lock(m_mutex);
    std::size_t sum = 0;
    for (const auto& box : m_boxes)
        sum += box->size();
    return sum;
}

std::vector<LocalBus::Batch> LocalBus::sort(Deliveries deliveries)
{
    const std::lock_guard lock(m_mutex);
    std::vector<Batch> batches;
    for (const auto& box : m_boxes)
        batches.push_back({box, {}});
    for (auto& delivery : deliveries) {
        const auto boxes = boxesFor(delivery);
        if (boxes.empty())
            continue;
        const auto shared = std::make_shared<const Delivery>(std::move(delivery));
        for (auto& batch : batches) {
            if (std::ranges::find(boxes, batch.box.get()) != boxes.end())
                batch.deliveries.push_back(shared);
        }
    }
    return batches;
}

std::vector<const LocalBus::Box*> LocalBus::boxesOf(const Readers& readers) const
{
    std::vector<const Box*> boxes;
    for (const auto& reader : readers) {
        addValues(m_devices, reader, boxes);
        if (boxes.size() == m_boxes.size())
            break;
    }
    return boxes;
}

std::vector<const LocalBus::Box*> LocalBus::boxesFor(const Delivery& delivery)
{
    std::vector<const Box*> boxes;
    const auto ofUser = [&](const UserId& user) { addValues(m_users, user, boxes); };
    const auto toAll = [&] {
        for (const auto& box : m_boxes)
            boxes.push_back(box.get());
    };
    const auto ofDevice = [&](const DeviceId& device) { addValues(m_devices, device, boxes); };
    std::visit(Overloaded{[&](const EventDelivery& event) {
                              for (const auto& reader : event.readers)
                                  ofDevice(reader);
                          },
                          [&](const GroupDelivery& push) {
                              boxes = m_groups.of(push.readers, [this](const Readers& readers) {
                                  return boxesOf(readers);
                              });
                          },
                          [&](const MailboxDelivery& entry) { ofDevice(entry.device); },
                          [&](const TransientDelivery& push) { ofDevice(push.device); },
                          [&](const DirectoryDelivery&) { toAll(); },
                          // The bus does not know sessions that are not logged in to the end.
                          [&](const AccountClosingDelivery&) { toAll(); },
                          [&](const UserDelivery& push) { ofUser(push.user); },
                          [&](const PresenceDelivery& push) { ofUser(push.peer); },
                          [&](const ClosingDelivery& closing) { ofUser(closing.user); }},
               delivery);
    return boxes;
}

} // namespace impulse::server
