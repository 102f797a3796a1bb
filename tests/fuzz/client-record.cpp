#include "client/core/state/Records.h"
#include "tests/fuzz/Require.h"

using namespace impulse;
using namespace impulse::client;
using fuzz::require;

namespace {

/// Unknown keys are left out; what was read means the same after it was written again.
template <class Record> void tryRecord(View input)
{
    const auto record = decodeRecord<Record>(input);
    if (!record)
        return;
    const auto written = encodeRecord(*record);
    const auto again = decodeRecord<Record>(written);
    require(again.has_value());
    require(encodeRecord(*again) == written);
}

} // namespace

// The rows of the client's database, as they are before sealing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const View input(data, size);
#define X(Record) tryRecord<Record>(input);
    IMPULSE_RECORDS(X)
#undef X
    return 0;
}
