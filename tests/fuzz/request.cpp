#include "common/protocol/Codec.h"

#include <cstdlib>

using namespace impulse;
using namespace impulse::protocol;

// A request that is read is read as the same when it is written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto frame = decodeRequest(View(data, size));
    if (!frame)
        return 0;
    const auto again = std::visit(
        [&](const auto& request) -> Bytes {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(request)>, std::monostate>)
                std::abort();
            else
                return encodeRequest(frame->id, request);
        },
        frame->request);
    const auto second = decodeRequest(again);
    if (!second || second->id != frame->id || second->request.index() != frame->request.index())
        std::abort();
    return 0;
}
