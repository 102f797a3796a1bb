#pragma once

#include "client/ui/signin/SignInTypes.h"

#include <QCoreApplication>

namespace impulse::ui {

/// The sentences of every problem, one place for all windows before the chats.
class ProblemText {
    Q_DECLARE_TR_FUNCTIONS(impulse::ui::ProblemText)

public:
    static QString of(SignInProblem problem);
    static QString ofServer(ServerState state);
    static QString ofName(NameState state, const QString& username);
};

} // namespace impulse::ui
