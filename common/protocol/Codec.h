#pragma once

#include "common/core/Result.h"
#include "common/protocol/MessageList.h"

/// Frames: one CBOR map per WebSocket binary message, {0: kind, 1: request id, 2…: fields}.
namespace impulse::protocol {

/// The protocol version that this code speaks.
inline constexpr std::uint64_t version = 1;
/// WebSocket subprotocol.
inline constexpr std::string_view subprotocol = "impulse.v1";

/// A client's request. `id` is the client's choice, below 2^53; the answer repeats it.
template <class Request> Bytes encodeRequest(std::uint64_t id, const Request& request);

/// The answer to a `Request`.
template <class Request> Bytes encodeAnswer(std::uint64_t id, const ResultOf<Request>& result);

/// The refusal of a request; id 0 if the request's could not be read.
Bytes encodeError(std::uint64_t id, const Error& error);

template <class Push> Bytes encodePush(const Push& push);

struct RequestFrame {
    std::uint64_t id = 0;
    AnyRequest request;
};

/// Why a frame is no request: what to answer, and to which id (0 if it could not be read).
struct BadRequest {
    std::uint64_t id = 0;
    ErrorCode code = ErrorCode::Malformed;
};

/// Server side: reads a whole frame strictly.
Result<RequestFrame, BadRequest> decodeRequest(View frame);

/// Client side. An answer's fields are read later by decodeAnswer(), when the waiting request has
/// told its type.
struct AnswerFrame {
    std::uint64_t id = 0;
    std::uint64_t kind = 0;
};
struct ErrorFrame {
    std::uint64_t id = 0;
    Error error;
};
/// A push of a kind that this client does not know is std::monostate.
using ServerFrame = std::variant<AnswerFrame, ErrorFrame, AnyPush>;

/// Fails with Malformed.
Result<ServerFrame, ErrorCode> decodeServerFrame(View frame);

/// The fields of the answer to a `Request`. Fails with Malformed, also if it answers another kind.
template <class Request> Result<ResultOf<Request>, ErrorCode> decodeAnswer(View frame);

// Instantiated in Codec.cpp.
#define X(number, Request, Answer)                                                                 \
    extern template Bytes encodeRequest<Request>(std::uint64_t, const Request&);                   \
    extern template Bytes encodeAnswer<Request>(std::uint64_t, const Answer&);                     \
    extern template Result<Answer, ErrorCode> decodeAnswer<Request>(View);
IMPULSE_REQUESTS(X)
#undef X
#define X(number, Push) extern template Bytes encodePush<Push>(const Push&);
IMPULSE_PUSHES(X)
#undef X

} // namespace impulse::protocol
