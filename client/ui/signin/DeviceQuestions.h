#pragma once

#include "client/ui/signin/SignInTypes.h"

#include <QWidget>

class QVBoxLayout;

namespace impulse::ui {

class Label;
class Segments;
class Theme;

/// One row per listed device with "Still mine" and "Lost"; nothing is chosen at first, because
/// either answer can do harm. Main thread.
class DeviceQuestions : public QWidget {
    Q_OBJECT

public:
    explicit DeviceQuestions(Theme& theme, QWidget* parent = nullptr);

    void setDevices(const QList<KnownDevice>& devices);
    bool allAnswered() const;
    QList<QByteArray> lost() const;

Q_SIGNALS:
    void answered();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Row {
        KnownDevice device;
        Label* added;
        Segments* answer;
    };
    void retranslate();

    Theme& m_theme;
    QVBoxLayout* m_column;
    QList<Row> m_rows;
};

} // namespace impulse::ui
