#include "common/protocol/Codec.h"

#include <cstdlib>

using namespace impulse;
using namespace impulse::protocol;

namespace {

template <class Request> void tryAnswer(View frame)
{
    if (const auto answer = decodeAnswer<Request>(frame)) {
        if (!decodeAnswer<Request>(encodeAnswer<Request>(1, *answer)))
            std::abort();
    }
}

} // namespace

// What a hostile server may send: heads, errors, pushes, and the fields of every answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const View input(data, size);
    const auto frame = decodeServerFrame(input);
    if (!frame || !std::holds_alternative<AnswerFrame>(*frame))
        return 0;
    switch (std::get<AnswerFrame>(*frame).kind) {
#define X(number, Request, Answer)                                                                 \
    case number + answerOffset:                                                                    \
        tryAnswer<Request>(input);                                                                 \
        break;
        IMPULSE_REQUESTS(X)
#undef X
    default:
        break;
    }
    return 0;
}
