#include "client/ui/signin/ServerHint.h"

#include "client/ui/signin/ProblemText.h"
#include "client/ui/widgets/Field.h"

namespace impulse::ui {

void showServerHint(Field& field, ServerState state, const QString& shownName)
{
    const QString text = ProblemText::ofServer(state);
    switch (state) {
    case ServerState::Unknown:
        field.clearHint();
        break;
    case ServerState::Searching:
        field.setHint(Field::Hint::Plain, text);
        break;
    case ServerState::Checked:
        field.setHint(Field::Hint::Good, shownName.isEmpty() ? text : shownName,
                      QLatin1String("lock"));
        break;
    case ServerState::KeyChanged:
        field.setHint(Field::Hint::Warning, text, QLatin1String("shield-alert"));
        break;
    case ServerState::Unreachable:
    case ServerState::BadAddress:
    case ServerState::Unencrypted:
        field.setError(text);
        break;
    }
}

} // namespace impulse::ui
