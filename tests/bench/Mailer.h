#pragma once

#include "tests/bench/Device.h"
#include "tests/bench/EventTemplate.h"

#include <deque>
#include <unordered_set>

namespace impulse::bench {

/// One device that writes to many people, in order, a few messages outstanding. Acknowledgements
/// are checked; what becomes of the messages is the readers' matter. Uses its device until it goes.
class Mailer final : public FrameSink {
public:
    explicit Mailer(Device& device);
    ~Mailer() override { m_device.setSink(nullptr); }
    Mailer(const Mailer&) = delete;
    Mailer& operator=(const Mailer&) = delete;

    /// `senderSeq` is the next one of that conversation.
    void write(const tests::TestPerson& to, std::uint64_t senderSeq,
               std::size_t textBytes);
    bool isDone() const { return m_waiting.empty() && m_outstanding.empty(); }

    void onFrame(Device& device, View frame, std::int64_t readNs) override;

private:
    struct Letter {
        const tests::TestPerson* to;
        std::uint64_t senderSeq;
        std::size_t textBytes;
    };
    void sendSome();

    Device& m_device;
    std::deque<Letter> m_waiting;
    std::unordered_set<std::uint64_t> m_outstanding;
    std::uint64_t m_lastId;
};

} // namespace impulse::bench
