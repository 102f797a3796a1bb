#include "client/core/ServerLink.h"
#include "tests/fuzz/Require.h"

using namespace impulse;
using namespace impulse::client;
using fuzz::require;

// A link that is accepted means the same after it was passed on, and opens nothing but a server.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto input =
        QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto link = ServerLink::parse(input);
    if (!link)
        return 0;
    const auto again = ServerLink::parse(link->toString());
    require(again.ok() && *again == *link);
    require(link->kind == ServerLink::Kind::Server || !link->value.isEmpty());
    const auto url = link->url();
    require(url.isValid() && url.host() == link->host && url.port() == link->port);
    require(url.userInfo().isEmpty() && url.path() == QStringLiteral("/"));
    return 0;
}
