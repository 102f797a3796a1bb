<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>impulse::ui::NewPasswordFields</name>
        <message numerus="yes">
            <source>At least %n characters</source>
            <translation>
                <numerusform>At least %n character</numerusform>
                <numerusform>At least %n characters</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::RecoverWindow</name>
        <message numerus="yes">
            <source>%n more characters</source>
            <translation>
                <numerusform>%n more character</numerusform>
                <numerusform>%n more characters</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::RecoveryCodeStep</name>
        <message numerus="yes">
            <source>Copied. The clipboard is cleared in %n s.</source>
            <translation>
                <numerusform>Copied. The clipboard is cleared in %n s.</numerusform>
                <numerusform>Copied. The clipboard is cleared in %n s.</numerusform>
            </translation>
        </message>
    </context>
</TS>
