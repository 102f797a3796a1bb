#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// From a frame to the handler of its request: decodes, checks state and limits, and sees to it
/// that what cannot be handled is answered too. Lives on its I/O thread.
class MessageDispatcher {
public:
    explicit MessageDispatcher(Services& services) : m_services(services) {}

    void dispatch(const std::shared_ptr<Session>& session, View frame);

private:
    /// Takes what a request costs from the shares of the connection and of its account (before the
    /// login: its address). Nothing if that is allowed, else the milliseconds until it will be.
    std::optional<std::uint64_t> charge(Session& session, std::uint64_t cost);
    /// The answer to a frame that charge() has refused; the last one, if there were too many.
    void refuseInTime(Session& session, std::uint64_t id, std::uint64_t waitMs);
    template <class Request>
    void handleRequest(const std::shared_ptr<Session>& session, std::uint64_t id, Request request);

    Services& m_services;
};

} // namespace impulse::server
