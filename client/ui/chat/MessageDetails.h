#pragma once

#include "client/core/models/MessageItem.h"

#include <QDialog>

namespace impulse::ui {

class Theme;

/// Times, state and all versions of one message. Opened by "edited" and by Details. Show it with
/// open(); it deletes itself. Main thread.
class MessageDetails : public QDialog {
    Q_OBJECT

public:
    MessageDetails(Theme& theme, const client::MessageItem& message, QWidget* parent);
};

} // namespace impulse::ui
