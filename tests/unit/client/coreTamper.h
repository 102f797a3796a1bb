#pragma once

#include "common/crypto/Layouts.h"
#include "tests/unit/client/coreWorld.h"

/// What a hostile server, or the line, does to frames.
namespace impulse::client::test {

/// Changes every log event on its way to a client, in pushes and in fetched pages. `change` returns
/// false for an event that is left out.
inline LoopbackTransport::Tamper tamperEvents(std::function<bool(protocol::LogEvent&)> change)
{
    return [change = std::move(change)](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        if (!decoded.ok())
            return frame;
        if (const auto* any = std::get_if<protocol::AnyPush>(&*decoded)) {
            const auto* push = std::get_if<protocol::EventPush>(any);
            if (!push)
                return frame;
            auto changed = *push;
            if (!change(changed.event))
                return std::nullopt;
            return protocol::encodePush(changed);
        }
        const auto* head = std::get_if<protocol::AnswerFrame>(&*decoded);
        if (!head || head->kind != protocol::kindOf<protocol::FetchEvents> + protocol::answerOffset)
            return frame;
        auto page = protocol::decodeAnswer<protocol::FetchEvents>(frame);
        if (!page.ok())
            return frame;
        std::erase_if(page->events, [&](protocol::LogEvent& event) { return !change(event); });
        return protocol::encodeAnswer<protocol::FetchEvents>(head->id, *page);
    };
}

inline bool isFrom(const protocol::LogEvent& event, const UserId& user)
{
    const auto aad = crypto::parseAad(event.aad);
    return aad.ok() && aad->senderUser == user;
}

/// Changes the directory log on its way to a client, in pushes and answers: `change` gets each
/// entry and returns false for the first one that is withheld, with all after it.
inline LoopbackTransport::Tamper
tamperDirectory(std::function<bool(crypto::DirectoryEntry&)> change)
{
    return [change = std::move(change)](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeServerFrame(frame);
        if (!decoded.ok())
            return frame;
        if (const auto* any = std::get_if<protocol::AnyPush>(&*decoded)) {
            const auto* push = std::get_if<protocol::DirectoryPush>(any);
            if (!push)
                return frame;
            auto entry = *crypto::parseDirectoryEntry(push->entry);
            if (!change(entry))
                return std::nullopt;
            auto changed = *push;
            changed.entry = *decltype(changed.entry)::from(crypto::writeDirectoryEntry(entry));
            return protocol::encodePush(changed);
        }
        const auto* head = std::get_if<protocol::AnswerFrame>(&*decoded);
        if (!head ||
            head->kind != protocol::kindOf<protocol::GetDirectory> + protocol::answerOffset)
            return frame;
        auto page = protocol::decodeAnswer<protocol::GetDirectory>(frame);
        if (!page.ok())
            return frame;
        constexpr auto size = crypto::DirectoryEntry::wireSize;
        Bytes entries;
        for (std::size_t at = 0; at + size <= page->entries.size(); at += size) {
            auto entry = *crypto::parseDirectoryEntry(View(page->entries).subspan(at, size));
            if (!change(entry)) {
                page->lastSeq = entry.seq - 1;
                break;
            }
            const auto bytes = crypto::writeDirectoryEntry(entry);
            entries.insert(entries.end(), bytes.begin(), bytes.end());
        }
        page->entries = std::move(entries);
        return protocol::encodeAnswer<protocol::GetDirectory>(head->id, *page);
    };
}

/// Counts the requests of one type.
template <class Request> LoopbackTransport::Tamper countRequests(std::shared_ptr<int> count)
{
    return [count](Bytes frame) -> std::optional<Bytes> {
        const auto decoded = protocol::decodeRequest(frame);
        if (decoded.ok() && std::holds_alternative<Request>(decoded->request))
            ++*count;
        return frame;
    };
}

} // namespace impulse::client::test
