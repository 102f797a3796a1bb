#pragma once

#include "common/core/Ids.h"

#include <QString>

namespace impulse::client {

/// Tells the user about something outside the windows (a desktop notification). Main thread.
class Notifier {
public:
    virtual ~Notifier() = default;

    /// A message of an accepted contact arrived while the program caught up or was online.
    virtual void messageArrived(const ConversationId& conversation, const QString& senderName,
                                const QString& text) = 0;
    /// Somebody new wants to write. Nothing of what was written may be shown.
    virtual void requestArrived(const ConversationId& conversation, const QString& username) = 0;
    /// A device was added to the own account, or something worse (encryption.md 8.3).
    virtual void securityNotice(const QString& text) = 0;
};

} // namespace impulse::client
