#pragma once

#include "client/core/state/AccountRecords.h"
#include "client/core/state/ChatRecords.h"

/// Rows of the local database, before sealing (encryption.md 1.5). Each is a CBOR map by its field
/// list; a key is never used again for something else, unknown ones are ignored.
namespace impulse::client {

/// The row of a record, and back; nothing if it is not one.
template <class T> Bytes encodeRecord(const T& record);
template <class T> std::optional<T> decodeRecord(View bytes);

/// X(record). Instantiated in Records.cpp.
#define IMPULSE_RECORDS(X)                                                                         \
    X(ProfileRecord)                                                                               \
    X(AccountRecord)                                                                               \
    X(ContactRecord)                                                                               \
    X(ConversationRecord)                                                                          \
    X(EventRow)                                                                                    \
    X(OutboxRecord)                                                                                \
    X(SentFrameRecord)                                                                             \
    X(OutstandingRecord)                                                                           \
    X(DraftRecord)
#define X(Record)                                                                                  \
    extern template Bytes encodeRecord<Record>(const Record&);                                     \
    extern template std::optional<Record> decodeRecord<Record>(View);
IMPULSE_RECORDS(X)
#undef X

} // namespace impulse::client
