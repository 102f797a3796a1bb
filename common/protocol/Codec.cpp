#include "common/protocol/Codec.h"

namespace impulse::protocol {
namespace detail {

/// Reads the keys 0 (kind) and 1 (id, absent in pushes). `pairs` is what is left in the map, with
/// the key order kept, so a push must not peek: its first field has key 2 or higher.
bool readHead(cbor::Reader& reader, cbor::KeyOrder& order, std::size_t& pairs, std::uint64_t& kind,
              std::optional<std::uint64_t>& id)
{
    const auto count = reader.readMap();
    if (!count || *count == 0 || order.next(reader) != 0u)
        return false;
    const auto readKind = reader.readUnsigned();
    if (!readKind)
        return false;
    kind = *readKind;
    pairs = *count - 1;
    if (pairs > 0 && !reader.rest().empty() && reader.rest()[0] == 1) {
        order.next(reader);
        const auto readId = reader.readUnsigned();
        if (!readId || *readId > limits::maxInteger)
            return false;
        id = *readId;
        --pairs;
    }
    return true;
}

} // namespace detail

Bytes encodeError(std::uint64_t id, const Error& error)
{
    return detail::encodeFrame(errorKind, id, error);
}

Result<RequestFrame, BadRequest> decodeRequest(View frame)
{
    cbor::Reader reader(frame);
    cbor::KeyOrder order;
    std::size_t pairs = 0;
    std::uint64_t kind = 0;
    std::optional<std::uint64_t> id;
    if (!detail::readHead(reader, order, pairs, kind, id) || !id)
        return Failure{BadRequest{}};
    RequestFrame result{*id, {}};
    const auto read = [&](auto& request) {
        return detail::readPairs(reader, request, pairs, order) && reader.atEnd();
    };
    switch (kind) {
#define X(number, Request, Answer)                                                                 \
    case number:                                                                                   \
        if (!read(result.request.emplace<Request>()))                                              \
            return Failure{BadRequest{*id, ErrorCode::Malformed}};                                 \
        return result;
        IMPULSE_REQUESTS(X)
#undef X
    default:
        if (!cbor::isWellFormed(frame))
            return Failure{BadRequest{*id, ErrorCode::Malformed}};
        return Failure{BadRequest{*id, ErrorCode::UnknownKind}};
    }
}

Result<ServerFrame, ErrorCode> decodeServerFrame(View frame)
{
    cbor::Reader reader(frame);
    cbor::KeyOrder order;
    std::size_t pairs = 0;
    std::uint64_t kind = 0;
    std::optional<std::uint64_t> id;
    if (!detail::readHead(reader, order, pairs, kind, id))
        return Failure{ErrorCode::Malformed};
    const auto read = [&](auto& message) {
        return detail::readPairs(reader, message, pairs, order) && reader.atEnd();
    };
    if (kind == errorKind) {
        ErrorFrame result{id.value_or(0), {}};
        if (!id || !read(result.error))
            return Failure{ErrorCode::Malformed};
        return ServerFrame{std::move(result)};
    }
    if (id)
        return ServerFrame{AnswerFrame{*id, kind}};
    AnyPush push;
    switch (kind) {
#define X(number, Push)                                                                            \
    case number:                                                                                   \
        if (!read(push.emplace<Push>()))                                                           \
            return Failure{ErrorCode::Malformed};                                                  \
        break;
        IMPULSE_PUSHES(X)
#undef X
    default:
        if (!cbor::isWellFormed(frame))
            return Failure{ErrorCode::Malformed};
    }
    return ServerFrame{std::move(push)};
}

} // namespace impulse::protocol
