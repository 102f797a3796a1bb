#include "common/protocol/Codec.h"

#include "common/protocol/FieldCodec.h"

namespace impulse::protocol {
namespace {

template <class T>
Bytes encodeFrame(std::uint64_t kind, std::optional<std::uint64_t> id, const T& message)
{
    cbor::Writer writer;
    writer.writeMap(detail::countPresent(message) + (id ? 2 : 1));
    writer.writeUnsigned(0);
    writer.writeUnsigned(kind);
    if (id) {
        writer.writeUnsigned(1);
        writer.writeUnsigned(*id);
    }
    detail::writePairs(writer, message);
    return writer.take();
}

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

} // namespace

template <class Request> Bytes encodeRequest(std::uint64_t id, const Request& request)
{
    return encodeFrame(kindOf<Request>, id, request);
}

template <class Request> Bytes encodeAnswer(std::uint64_t id, const ResultOf<Request>& result)
{
    return encodeFrame(kindOf<Request> + answerOffset, id, result);
}

template <class Push> Bytes encodePush(const Push& push)
{
    return encodeFrame(kindOf<Push>, std::nullopt, push);
}

template <class Request> Result<ResultOf<Request>, ErrorCode> decodeAnswer(View frame)
{
    cbor::Reader reader(frame);
    cbor::KeyOrder order;
    std::size_t pairs = 0;
    std::uint64_t kind = 0;
    std::optional<std::uint64_t> id;
    ResultOf<Request> result;
    if (!readHead(reader, order, pairs, kind, id) || kind != kindOf<Request> + answerOffset
        || !detail::readPairs(reader, result, pairs, order) || !reader.atEnd())
        return Failure{ErrorCode::Malformed};
    return result;
}

#define X(number, Request, Answer)                                                                 \
    template Bytes encodeRequest<Request>(std::uint64_t, const Request&);                          \
    template Bytes encodeAnswer<Request>(std::uint64_t, const Answer&);                            \
    template Result<Answer, ErrorCode> decodeAnswer<Request>(View);
IMPULSE_REQUESTS(X)
#undef X
#define X(number, Push) template Bytes encodePush<Push>(const Push&);
IMPULSE_PUSHES(X)
#undef X

Bytes encodeError(std::uint64_t id, const Error& error)
{
    return encodeFrame(errorKind, id, error);
}

Result<RequestFrame, BadRequest> decodeRequest(View frame)
{
    cbor::Reader reader(frame);
    cbor::KeyOrder order;
    std::size_t pairs = 0;
    std::uint64_t kind = 0;
    std::optional<std::uint64_t> id;
    if (!readHead(reader, order, pairs, kind, id) || !id)
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
    if (!readHead(reader, order, pairs, kind, id))
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
