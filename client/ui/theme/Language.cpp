#include "client/ui/theme/Language.h"

#include <QCoreApplication>
#include <QDir>
#include <QLibraryInfo>

namespace impulse::ui {

LanguageSwitch::LanguageSwitch(QCoreApplication& application, QObject* parent)
    : QObject(parent), m_application(application)
{
    setLanguage(systemLanguage());
}

Language LanguageSwitch::systemLanguage()
{
    const QStringList wanted = QLocale::system().uiLanguages();
    for (const QString& name : wanted) {
        const QLocale::Language language = QLocale(name).language();
        if (language == QLocale::Russian) {
            return Language::Russian;
        }
        if (language == QLocale::English) {
            return Language::English;
        }
    }
    return Language::English;
}

void LanguageSwitch::load(const QString& file)
{
    auto translator = std::make_unique<QTranslator>();
    if (translator->load(file)) {
        m_application.installTranslator(translator.get());
        m_translators.push_back(std::move(translator));
    }
}

void LanguageSwitch::setLanguage(Language language)
{
    if (language == m_language && !m_translators.empty()) {
        return;
    }
    m_language = language;
    for (const auto& translator : m_translators) {
        m_application.removeTranslator(translator.get());
    }
    m_translators.clear();
    const QString suffix = language == Language::Russian ? QStringLiteral("ru")
                                                         : QStringLiteral("en");
    const QLocale system = QLocale::system();
    const QLocale::Language code
        = language == Language::Russian ? QLocale::Russian : QLocale::English;
    QLocale::setDefault(system.language() == code ? system : QLocale(code));
    load(QLibraryInfo::path(QLibraryInfo::TranslationsPath) + QStringLiteral("/qtbase_")
         + suffix + QStringLiteral(".qm"));
    const QDir folder(QStringLiteral(":/translations"));
    for (const QString& name : folder.entryList({QStringLiteral("*_") + suffix
                                                 + QStringLiteral(".qm")})) {
        load(folder.filePath(name));
    }
    Q_EMIT languageChanged(language);
}

} // namespace impulse::ui
