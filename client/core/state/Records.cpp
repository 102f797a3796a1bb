#include "client/core/state/Records.h"

#include "common/core/Cbor.h"
#include "common/protocol/FieldCodec.h"

namespace impulse::client {

template <class T> Bytes encodeRecord(const T& record)
{
    cbor::Writer writer;
    protocol::detail::writeStruct(writer, record);
    return writer.take();
}

template <class T> std::optional<T> decodeRecord(View bytes)
{
    cbor::Reader reader(bytes);
    T record;
    if (!protocol::detail::readStruct(reader, record) || !reader.atEnd())
        return std::nullopt;
    return record;
}

#define X(Record)                                                                                  \
    template Bytes encodeRecord<Record>(const Record&);                                            \
    template std::optional<Record> decodeRecord<Record>(View);
IMPULSE_RECORDS(X)
#undef X

} // namespace impulse::client
