<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>impulse::ui::Announcer</name>
        <message numerus="yes">
            <source>%n new things. The last one:</source>
            <translation>
                <numerusform>%n new thing. The last one:</numerusform>
                <numerusform>%n new things. The last one:</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ChatWords</name>
        <message numerus="yes">
            <source>%n unread</source>
            <translation>
                <numerusform>%n unread</numerusform>
                <numerusform>%n unread</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::SidePane</name>
        <message numerus="yes">
            <source>Next try in %n s</source>
            <translation>
                <numerusform>Next try in %n s</numerusform>
                <numerusform>Next try in %n s</numerusform>
            </translation>
        </message>
    </context>
</TS>
