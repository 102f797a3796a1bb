#include "client/ui/theme/Avatar.h"
#include "client/ui/theme/FocusRing.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Checks.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Segments.h"
#include "tests/support/Catch.h"
#include "tests/ui/UiEnvironment.h"

#include <QDir>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

using namespace impulse;
using namespace impulse::ui;
using impulse::test::environment;

TEST_CASE("the theme switches live and scales with the text", "[theme]")
{
    Theme& theme = environment().theme;
    QSignalSpy changes(&theme, &Theme::changed);
    const QColor light = theme.color(Token::SurfaceBase);
    theme.setMode(ThemeMode::Dark);
    CHECK(theme.isDark());
    CHECK(theme.color(Token::SurfaceBase) != light);
    CHECK(qApp->palette().color(QPalette::Window) == theme.color(Token::SurfaceBase));
    CHECK(changes.count() == 1);
    theme.setMode(ThemeMode::Light);
    const int body = theme.font(TextStyle::Body).pixelSize();
    const int row = theme.px(theme.metrics().chatRowHeight);
    theme.setTextScale(2);
    CHECK(theme.font(TextStyle::Body).pixelSize() == 2 * body);
    CHECK(theme.px(theme.metrics().chatRowHeight) == 2 * row);
    CHECK(theme.pxCapped(20) <= 30);
    theme.setTextScale(5);
    CHECK(theme.textScale() == 2);
    theme.setTextScale(1);
    CHECK(theme.font(TextStyle::Body).pixelSize() == body);
}

TEST_CASE("every icon draws something in its colour", "[theme]")
{
    Theme& theme = environment().theme;
    const QStringList names = QDir(QStringLiteral(":/icons")).entryList();
    CHECK(names.size() >= 64);
    for (const QString& file : names) {
        INFO(file.toStdString());
        const QByteArray name = file.chopped(4).toLatin1();
        const QImage image
            = theme.icons().pixmap(QLatin1String(name), QColor(255, 0, 0), 24, 2).toImage();
        REQUIRE(image.size() == QSize(48, 48));
        bool red = false;
        for (int y = 0; y < image.height() && !red; ++y) {
            for (int x = 0; x < image.width() && !red; ++x) {
                red = image.pixelColor(x, y) == QColor(255, 0, 0);
            }
        }
        CHECK(red);
    }
}

TEST_CASE("initials and avatar slots", "[theme]")
{
    CHECK(avatarInitials(QStringLiteral("Mira Okafor")) == QStringLiteral("MO"));
    CHECK(avatarInitials(QStringLiteral("  anya  ")) == QStringLiteral("A"));
    CHECK(avatarInitials(QStringLiteral("Мира ван Окафор")) == QStringLiteral("МВ"));
    CHECK(avatarInitials(QStringLiteral("🚲 club")) == QStringLiteral("🚲"));
    CHECK(avatarInitials(QString()) == QStringLiteral("?"));
    CHECK(avatarInitials(QStringLiteral("e\u0301lan")) == QStringLiteral("E\u0301"));
    // SHA-256("abc") starts with 0xba = 186, 186 mod 8 = 2.
    CHECK(avatarSlot("abc") == 2);
}

TEST_CASE("the focus ring shows after Tab and not after a click", "[theme]")
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* first = new Button(environment().theme, Button::Kind::Primary, &window);
    auto* second = new Button(environment().theme, Button::Kind::Tonal, &window);
    first->setText(QStringLiteral("One"));
    second->setText(QStringLiteral("Two"));
    column->addWidget(first);
    column->addWidget(second);
    window.show();
    window.activateWindow();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
    const auto* ring = environment().theme.findChild<FocusRing*>();
    REQUIRE(ring);
    QTest::mouseClick(first, Qt::LeftButton);
    CHECK(ring->target() == nullptr);
    QTest::keyClick(first, Qt::Key_Tab);
    CHECK(second->hasFocus());
    CHECK(ring->target() == second);
    QTest::mouseClick(second, Qt::LeftButton);
    CHECK(ring->target() == nullptr);
}

TEST_CASE("a field shows errors, hides passwords and names itself", "[theme]")
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* field = new Field(environment().theme, &window);
    field->setLabel(QStringLiteral("Password"));
    field->makePassword();
    column->addWidget(field);
    window.show();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
    CHECK(field->edit().accessibleName() == QStringLiteral("Password"));
    QTest::keyClicks(&field->edit(), QStringLiteral("secret"));
    CHECK(field->edit().echoMode() == QLineEdit::Password);
    auto* show = field->findChild<QAbstractButton*>(QStringLiteral("showPassword"));
    REQUIRE(show);
    CHECK(show->accessibleName() == QStringLiteral("Show password"));
    QTest::mouseClick(show, Qt::LeftButton);
    CHECK(field->edit().echoMode() == QLineEdit::Normal);
    CHECK(show->accessibleName() == QStringLiteral("Hide password"));
    const int before = field->sizeHint().height();
    field->setError(QStringLiteral("Wrong"));
    CHECK(field->hasError());
    CHECK(field->edit().accessibleDescription() == QStringLiteral("Wrong"));
    CHECK(field->sizeHint().height() > before);
    field->wipe();
    CHECK(field->text().isEmpty());
    field->edit().undo();
    CHECK_FALSE(field->text().contains(QStringLiteral("secret")));
}

TEST_CASE("a busy button keeps its width and takes no clicks", "[theme]")
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* button = new Button(environment().theme, Button::Kind::Primary, &window);
    button->setText(QStringLiteral("Sign in to the server"));
    column->addWidget(button, 0, Qt::AlignLeft);
    window.show();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
    QSignalSpy clicks(button, &QPushButton::clicked);
    const int width = button->width();
    button->setBusy(true, QStringLiteral("…"));
    QCoreApplication::processEvents();
    QTest::mouseClick(button, Qt::LeftButton);
    CHECK(clicks.count() == 0);
    CHECK(button->width() == width);
    button->setBusy(false);
    QTest::mouseClick(button, Qt::LeftButton);
    CHECK(clicks.count() == 1);
}

TEST_CASE("segments have no choice until one is made; switches answer to keys", "[theme]")
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* segments = new Segments(environment().theme, &window);
    segments->addSegment(QStringLiteral("Still mine"));
    segments->addSegment(QStringLiteral("Lost"));
    auto* toggle = new Switch(environment().theme, &window);
    column->addWidget(segments);
    column->addWidget(toggle);
    window.show();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
    CHECK(segments->current() == -1);
    QSignalSpy changes(segments, &Segments::currentChanged);
    QTest::mouseClick(segments->findChildren<QAbstractButton*>().at(1), Qt::LeftButton);
    CHECK(segments->current() == 1);
    CHECK(changes.count() == 1);
    QTest::keyClick(toggle, Qt::Key_Space);
    CHECK(toggle->isChecked());
}
