#pragma once

#include "common/core/Bytes.h"
#include "common/core/Result.h"

#include <QString>

#include <functional>

namespace impulse::client {

enum class SecretStoreError {
    /// This computer has no keychain, or it cannot be reached.
    Unavailable,
    /// The user or the system refused.
    Denied,
    NotFound,
};

/// The keychain of the operating system. Holds one secret per name. Main thread; callbacks come
/// from the event loop, once per call.
class SecretStore {
public:
    virtual ~SecretStore() = default;

    /// The view is valid during the callback only; the implementation wipes what is behind it.
    using Read = std::function<void(Result<View, SecretStoreError>)>;
    using Done = std::function<void(Result<void, SecretStoreError>)>;

    virtual void read(const QString& name, Read done) = 0;
    virtual void write(const QString& name, View secret, Done done) = 0;
    /// Removing what is not there succeeds.
    virtual void remove(const QString& name, Done done) = 0;
};

} // namespace impulse::client
