#include "client/ui/signin/RecoveryCodeStep.h"

#include "client/ui/signin/CodeGrid.h"
#include "client/ui/signin/RecoveryCodeFormat.h"
#include "client/ui/signin/SecretClipboard.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Banner.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Checks.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Label.h"

#include <QCloseEvent>
#include <QFileDialog>
#include <QLineEdit>
#include <QPainter>
#include <QPrintDialog>
#include <QPrinter>
#include <QRandomGenerator>
#include <QSaveFile>
#include <QScrollArea>
#include <QVBoxLayout>

namespace impulse::ui {

namespace {

constexpr QSize windowSize(560, 600);

QStringList groupsOf(const SecretText& code)
{
    return recovery::groupsOf(recovery::normalized(QString::fromUtf8(code.utf8())));
}

} // namespace

RecoveryCodeStep::RecoveryCodeStep(Theme& theme, SecretText code, std::pair<int, int> asked,
                                   QWidget* parent)
    : QWidget(parent), m_theme(theme), m_code(std::move(code)), m_asked(asked)
{
    if (m_asked.first > m_asked.second) {
        std::swap(m_asked.first, m_asked.second);
    }
    build();
    resize(theme.pxCapped(windowSize.width()), theme.pxCapped(windowSize.height()));
    connect(m_copy, &QPushButton::clicked, this, &RecoveryCodeStep::copy);
    connect(m_save, &QPushButton::clicked, this, &RecoveryCodeStep::save);
    connect(m_print, &QPushButton::clicked, this, &RecoveryCodeStep::print);
    connect(m_stored, &QCheckBox::toggled, this, &RecoveryCodeStep::checkTyped);
    connect(m_first, &Field::textChanged, this, &RecoveryCodeStep::checkTyped);
    connect(m_second, &Field::textChanged, this, &RecoveryCodeStep::checkTyped);
    connect(m_finish, &QPushButton::clicked, this, [this] {
        m_finished = true;
        Q_EMIT finished();
    });
    retranslate();
    checkTyped();
}

RecoveryCodeStep::~RecoveryCodeStep()
{
    m_first->wipe();
    m_second->wipe();
}

std::pair<int, int> RecoveryCodeStep::chooseGroups()
{
    QRandomGenerator* random = QRandomGenerator::system();
    const int first = random->bounded(recovery::groups);
    const int second = random->bounded(recovery::groups - 1);
    return {first, second < first ? second : second + 1};
}

void RecoveryCodeStep::build()
{
    m_step = new Label(m_theme, TextStyle::Small, Token::TextSecondary, this);
    m_title = new Label(m_theme, TextStyle::Heading, Token::TextPrimary, this);
    m_title->setWordWrap(true);
    m_why = new Label(m_theme, TextStyle::Body, Token::TextSecondary, this);
    m_why->setWordWrap(true);
    m_grid = new CodeGrid(m_theme, this);
    m_grid->setGroups(groupsOf(m_code));
    const auto action = [this](QLatin1String icon, const char* name) {
        auto* button = new Button(m_theme, Button::Kind::Tonal, this);
        button->setButtonSize(Button::Size::Small);
        button->setIconName(icon);
        button->setObjectName(QLatin1String(name));
        return button;
    };
    m_copy = action(QLatin1String("copy"), "copyCode");
    m_save = action(QLatin1String("download"), "saveCode");
    m_print = action(QLatin1String("print"), "printCode");
    m_noteLabel = new Label(m_theme, TextStyle::Meta, Token::TextSecondary, this);
    m_noteLabel->setObjectName(QStringLiteral("note"));
    m_noteLabel->setWordWrap(true);
    m_warning = new Banner(m_theme, Banner::Kind::Warning, Banner::Shape::Card, this);
    m_stored = new CheckBox(m_theme, this);
    m_stored->setObjectName(QStringLiteral("stored"));
    m_typeLabel = new Label(m_theme, TextStyle::Small, Token::TextPrimary, this);
    m_typeLabel->setWeight(QFont::DemiBold);
    m_first = new Field(m_theme, this);
    m_first->setObjectName(QStringLiteral("firstGroup"));
    m_second = new Field(m_theme, this);
    m_second->setObjectName(QStringLiteral("secondGroup"));
    for (Field* field : {m_first, m_second}) {
        field->setMonospace(true);
        field->edit().setMaxLength(8);
        field->setFixedWidth(m_theme.px(120));
    }
    m_finish = new Button(m_theme, Button::Kind::Primary, this);
    m_finish->setObjectName(QStringLiteral("finish"));

    layOut();
}

void RecoveryCodeStep::layOut()
{
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget(scroll);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(32, 28, 32, 0);
    column->setSpacing(0);
    column->addWidget(m_step);
    column->addWidget(m_title);
    column->addSpacing(8);
    column->addWidget(m_why);
    column->addSpacing(20);
    column->addWidget(m_grid);
    column->addSpacing(12);
    auto* actions = new QHBoxLayout;
    actions->setSpacing(8);
    for (Button* button : {m_copy, m_save, m_print}) {
        actions->addWidget(button);
    }
    actions->addStretch(1);
    column->addLayout(actions);
    column->addWidget(m_noteLabel);
    column->addSpacing(20);
    column->addWidget(m_warning);
    column->addSpacing(20);
    column->addWidget(m_stored);
    column->addSpacing(20);
    column->addWidget(m_typeLabel);
    column->addSpacing(6);
    auto* typed = new QHBoxLayout;
    typed->setSpacing(12);
    typed->addWidget(m_first);
    typed->addWidget(m_second);
    typed->addStretch(1);
    column->addLayout(typed);
    column->addSpacing(4);
    column->addStretch(1);
    scroll->setWidget(content);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(32, 16, 32, 24);
    foot->addStretch(1);
    foot->addWidget(m_finish);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(scroll, 1);
    outer->addLayout(foot);
}

void RecoveryCodeStep::retranslate()
{
    setWindowTitle(QStringLiteral("Impulse"));
    m_step->setText(tr("Step 2 of 2"));
    m_title->setText(tr("Save your recovery code"));
    m_why->setText(tr("You need this code to sign in on another computer, or if you forget your "
                      "password. It is shown only once."));
    m_grid->setAccessibleName(tr("Recovery code"));
    m_copy->setText(tr("Copy"));
    m_save->setText(tr("Save as file…"));
    m_print->setText(tr("Print…"));
    m_warning->setTexts(QString(), tr("Nobody else has a copy, not even your server.")
                            + QLatin1Char(' ')
                            + tr("Without this code and without a device, nobody can let you back "
                                 "in."));
    m_stored->setText(tr("I have stored the code somewhere safe"));
    m_typeLabel->setText(
        tr("Type groups %1 and %2 to confirm").arg(m_asked.first + 1).arg(m_asked.second + 1));
    m_first->edit().setAccessibleName(tr("Group %1 of the code").arg(m_asked.first + 1));
    m_second->edit().setAccessibleName(tr("Group %1 of the code").arg(m_asked.second + 1));
    m_finish->setText(tr("Finish"));
    QString note;
    if (m_note == Note::Copied) {
        note = tr("Copied. The clipboard is cleared in %n s.", nullptr, clipboardSeconds);
    } else if (m_note == Note::Saved) {
        note = tr("Saved. Keep the file where others cannot read it.");
    } else if (m_note == Note::SaveFailed) {
        note = tr("The file could not be written. Choose another place.");
    }
    m_noteLabel->setToken(m_note == Note::SaveFailed ? Token::Danger : Token::TextSecondary);
    m_noteLabel->setText(note);
    m_noteLabel->setVisible(!note.isEmpty());
    m_noteLabel->setContentsMargins(0, 6, 0, 0);
}

void RecoveryCodeStep::setStepShown(bool shown)
{
    m_step->setVisible(shown);
}

void RecoveryCodeStep::checkTyped()
{
    const QStringList groups = groupsOf(m_code);
    bool all = true;
    for (auto [field, index] : {std::pair(m_first, m_asked.first),
                                std::pair(m_second, m_asked.second)}) {
        const QString typed = recovery::normalized(field->text());
        const bool right = typed == groups.at(index);
        const bool wrong = typed.size() >= recovery::groupLength && !right;
        field->setTrailingIcon(right       ? QLatin1String("check")
                               : wrong     ? QLatin1String("alert")
                                           : QLatin1String(),
                               right ? Token::Success : Token::Danger);
        field->edit().setAccessibleDescription(wrong ? tr("This group is different") : QString());
        all = all && right;
    }
    m_finish->setEnabled(all && m_stored->isChecked());
}

void RecoveryCodeStep::copy()
{
    copySecret(recovery::grouped(recovery::normalized(QString::fromUtf8(m_code.utf8()))),
               clipboardSeconds);
    m_note = Note::Copied;
    retranslate();
}

QString RecoveryCodeStep::fileText() const
{
    return tr("Impulse recovery code") + QStringLiteral("\n\n")
        + recovery::grouped(recovery::normalized(QString::fromUtf8(m_code.utf8())))
        + QStringLiteral("\n\n") + m_why->text() + QLatin1Char('\n')
        + tr("Nobody else has a copy, not even your server.") + QLatin1Char('\n');
}

void RecoveryCodeStep::save()
{
    auto* dialog = new QFileDialog(this, tr("Save your recovery code"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("txt"));
    dialog->selectFile(QStringLiteral("impulse-recovery-code.txt"));
    connect(dialog, &QFileDialog::fileSelected, this, &RecoveryCodeStep::saveTo);
    dialog->open();
}

void RecoveryCodeStep::saveTo(const QString& path)
{
    QSaveFile file(path);
    // For the owner's eyes only, from the first byte on.
    const bool written = file.open(QIODevice::WriteOnly)
        && file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        && file.write(fileText().toUtf8()) > 0 && file.commit();
    m_note = written ? Note::Saved : Note::SaveFailed;
    retranslate();
}

void RecoveryCodeStep::print()
{
    auto* dialog = new QPrintDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, QOverload<QPrinter*>::of(&QPrintDialog::accepted), this,
            [this](QPrinter* printer) {
                QPainter painter(printer);
                const QRect page = printer->pageLayout().paintRectPixels(printer->resolution());
                QFont font = m_theme.font(TextStyle::Code);
                font.setPixelSize(printer->resolution() / 6);
                painter.setFont(font);
                painter.drawText(page, Qt::TextWordWrap, fileText());
            });
    dialog->open();
}

void RecoveryCodeStep::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

void RecoveryCodeStep::closeEvent(QCloseEvent* event)
{
    QWidget::closeEvent(event);
    if (!m_finished) {
        Q_EMIT closed();
    }
}

} // namespace impulse::ui
