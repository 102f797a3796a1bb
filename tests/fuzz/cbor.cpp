#include "common/core/Cbor.h"

#include <cstdlib>

using namespace impulse;

namespace {

/// Writes an item again in shortest form.
void copyItem(cbor::Reader& reader, cbor::Writer& writer)
{
    switch (reader.peek().value()) {
    case cbor::Type::Unsigned:
        return writer.writeUnsigned(reader.readUnsigned().value());
    case cbor::Type::Boolean:
        return writer.writeBoolean(reader.readBoolean().value());
    case cbor::Type::Bytes:
        return writer.writeBytes(reader.readBytes().value());
    case cbor::Type::Text:
        return writer.writeText(reader.readText().value());
    case cbor::Type::Array: {
        const auto count = reader.readArray().value();
        writer.writeArray(count);
        for (std::size_t i = 0; i < count; ++i)
            copyItem(reader, writer);
        return;
    }
    case cbor::Type::Map: {
        const auto count = reader.readMap().value();
        writer.writeMap(count);
        for (std::size_t i = 0; i < 2 * count; ++i)
            copyItem(reader, writer);
        return;
    }
    }
}

} // namespace

// What is well-formed can be read, and is well-formed and not longer when it is written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const View input(data, size);
    if (!cbor::isWellFormed(input))
        return 0;
    cbor::Reader reader(input);
    cbor::Writer writer;
    copyItem(reader, writer);
    if (!reader.atEnd() || !cbor::isWellFormed(writer.bytes()) || writer.bytes().size() > size)
        std::abort();
    return 0;
}
