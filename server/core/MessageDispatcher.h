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
    template <class Request>
    void handleRequest(const std::shared_ptr<Session>& session, std::uint64_t id, Request request);

    Services& m_services;
};

} // namespace impulse::server
