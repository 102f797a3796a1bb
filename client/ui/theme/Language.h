#pragma once

#include <QLocale>
#include <QObject>
#include <QTranslator>

#include <memory>
#include <vector>

class QCoreApplication;

namespace impulse::ui {

/// The languages of the interface. Windows retranslate themselves on QEvent::LanguageChange.
enum class Language { English, Russian };

/// Loads translators for the chosen language: every `:/translations/*_LANG.qm` and Qt's own
/// words. Also sets the default locale for dates and numbers. One per process. Main thread.
class LanguageSwitch : public QObject {
    Q_OBJECT

public:
    explicit LanguageSwitch(QCoreApplication& application, QObject* parent = nullptr);

    /// The first of the system's languages that Impulse speaks; English if none.
    static Language systemLanguage();

    Language language() const { return m_language; }
    void setLanguage(Language language);

Q_SIGNALS:
    void languageChanged(impulse::ui::Language language);

private:
    void load(const QString& file);

    QCoreApplication& m_application;
    Language m_language = Language::English;
    std::vector<std::unique_ptr<QTranslator>> m_translators;
};

} // namespace impulse::ui
