<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
    <context>
        <name>impulse::ui::AccountButton</name>
        <message>
            <source>Account: %1</source>
            <translation>Учётная запись: %1</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::Announcer</name>
        <message numerus="yes">
            <source>%n new things. The last one:</source>
            <translation>
                <numerusform>%n новость. Последняя:</numerusform>
                <numerusform>%n новости. Последняя:</numerusform>
                <numerusform>%n новостей. Последняя:</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ChatListDelegate</name>
        <message>
            <source>Requests</source>
            <translation>Запросы</translation>
        </message>
        <message>
            <source>Chats</source>
            <translation>Чаты</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ChatListView</name>
        <message>
            <source>Chats</source>
            <translation>Чаты</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ChatWords</name>
        <message>
            <source>No messages yet</source>
            <translation>Сообщений пока нет</translation>
        </message>
        <message>
            <source>Not sent yet: waiting for your decision</source>
            <translation>Не отправлено: ждёт вашего решения</translation>
        </message>
        <message>
            <source>Send anyway…</source>
            <translation>Всё равно отправить…</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>Вчера</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>Сегодня</translation>
        </message>
        <message>
            <source>online</source>
            <translation>в сети</translation>
        </message>
        <message>
            <source>last seen %1</source>
            <translation>последний раз в сети %1</translation>
        </message>
        <message>
            <source>today, %1</source>
            <translation>сегодня, %1</translation>
        </message>
        <message>
            <source>yesterday, %1</source>
            <translation>вчера, %1</translation>
        </message>
        <message>
            <source>%1 is typing</source>
            <translation>%1 печатает</translation>
        </message>
        <message>
            <source>Draft:</source>
            <translation>Черновик:</translation>
        </message>
        <message>
            <source>Not sent:</source>
            <translation>Не отправлено:</translation>
        </message>
        <message>
            <source>Wants to write to you</source>
            <translation>Запрос на переписку</translation>
        </message>
        <message>
            <source>Message deleted</source>
            <translation>Сообщение удалено</translation>
        </message>
        <message>
            <source>You:</source>
            <translation>Вы:</translation>
        </message>
        <message>
            <source>contact request</source>
            <translation>запрос на переписку</translation>
        </message>
        <message numerus="yes">
            <source>%n unread</source>
            <translation>
                <numerusform>%n непрочитанное</numerusform>
                <numerusform>%n непрочитанных</numerusform>
                <numerusform>%n непрочитанных</numerusform>
            </translation>
        </message>
        <message>
            <source>muted</source>
            <translation>без звука</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>закреплено</translation>
        </message>
        <message>
            <source>blocked</source>
            <translation>заблокировано</translation>
        </message>
        <message>
            <source>verified</source>
            <translation>проверено</translation>
        </message>
        <message>
            <source>safety number changed</source>
            <translation>код безопасности изменился</translation>
        </message>
        <message>
            <source>Sending</source>
            <translation>Отправляется</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>Отправлено</translation>
        </message>
        <message>
            <source>Delivered</source>
            <translation>Доставлено</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Прочитано</translation>
        </message>
        <message>
            <source>Not sent</source>
            <translation>Не отправлено</translation>
        </message>
        <message>
            <source>Sending is paused</source>
            <translation>Отправка приостановлена</translation>
        </message>
        <message>
            <source>Not sent: the message is too long</source>
            <translation>Не отправлено: сообщение слишком длинное</translation>
        </message>
        <message>
            <source>Not sent: you cannot write to this person</source>
            <translation>Не отправлено: этому человеку нельзя написать</translation>
        </message>
        <message>
            <source>Not sent: too many messages at once</source>
            <translation>Не отправлено: слишком много сообщений сразу</translation>
        </message>
        <message>
            <source>Not sent: a security check failed</source>
            <translation>Не отправлено: не пройдена проверка безопасности</translation>
        </message>
        <message>
            <source>Not sent: this account was deleted</source>
            <translation>Не отправлено: эта учётная запись удалена</translation>
        </message>
        <message>
            <source>Hidden: failed a security check</source>
            <translation>Скрыто: не прошло проверку безопасности</translation>
        </message>
        <message>
            <source>Messages may be missing here</source>
            <translation>Здесь может не хватать сообщений</translation>
        </message>
        <message>
            <source>Asked again for a message of yours</source>
            <translation>Ваше сообщение запрошено ещё раз</translation>
        </message>
        <message>
            <source>Asked again for a message from %1</source>
            <translation>Сообщение запрошено ещё раз: %1</translation>
        </message>
        <message>
            <source>Could not recover a message of yours</source>
            <translation>Ваше сообщение не удалось восстановить</translation>
        </message>
        <message>
            <source>Could not recover a message from %1</source>
            <translation>Сообщение не удалось восстановить: %1</translation>
        </message>
        <message>
            <source>This message needs a newer version of Impulse</source>
            <translation>Для этого сообщения нужна более новая версия Impulse</translation>
        </message>
        <message>
            <source>Messages here are end-to-end encrypted</source>
            <translation>Сообщения защищены сквозным шифрованием</translation>
        </message>
        <message>
            <source>Safety number changed</source>
            <translation>Код безопасности изменился</translation>
        </message>
        <message>
            <source>Messages from before this computer was added are not here</source>
            <translation>Более ранние сообщения остались на других устройствах</translation>
        </message>
        <message>
            <source>Sent from a device that was removed since</source>
            <translation>Отправлено с устройства, которое с тех пор удалено</translation>
        </message>
        <message>
            <source>Sent from a device that was removed since as lost or stolen</source>
            <translation>Отправлено с устройства, которое с тех пор удалено как потерянное или украденное</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Вы</translation>
        </message>
        <message>
            <source>This message is not here</source>
            <translation>Этого сообщения здесь нет</translation>
        </message>
        <message>
            <source>Reply to %1: %2</source>
            <translation>Ответ: %1: %2</translation>
        </message>
        <message>
            <source>Edited.</source>
            <translation>Изменено.</translation>
        </message>
        <message>
            <source>%1, %2: %3</source>
            <translation>%1, %2: %3</translation>
        </message>
        <message>
            <source>Connecting…</source>
            <translation>Соединяемся…</translation>
        </message>
        <message>
            <source>Updating…</source>
            <translation>Обновляем…</translation>
        </message>
        <message>
            <source>waiting for network</source>
            <translation>ожидание сети</translation>
        </message>
        <message>
            <source>not connected</source>
            <translation>нет соединения</translation>
        </message>
        <message>
            <source>edited</source>
            <translation>изменено</translation>
        </message>
        <message>
            <source>New messages</source>
            <translation>Новые сообщения</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Повторить</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::Composer</name>
        <message>
            <source>Composer</source>
            <translation>Поле ввода</translation>
        </message>
        <message>
            <source>Send message</source>
            <translation>Отправить сообщение</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ComposerField</name>
        <message>
            <source>Write a message</source>
            <translation>Сообщение</translation>
        </message>
        <message>
            <source>Message</source>
            <translation>Сообщение</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ComposerStrip</name>
        <message>
            <source>Stop editing</source>
            <translation>Не изменять</translation>
        </message>
        <message>
            <source>Do not reply</source>
            <translation>Не отвечать</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Вы</translation>
        </message>
        <message>
            <source>Edit message</source>
            <translation>Изменить сообщение</translation>
        </message>
        <message>
            <source>Reply to %1</source>
            <translation>Ответ: %1</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ConversationHeader</name>
        <message>
            <source>Conversation</source>
            <translation>Переписка</translation>
        </message>
        <message>
            <source>Back to the chats</source>
            <translation>Назад к чатам</translation>
        </message>
        <message>
            <source>Alt+Left</source>
            <translation>Alt+←</translation>
        </message>
        <message>
            <source>More actions</source>
            <translation>Другие действия</translation>
        </message>
        <message>
            <source>contact request</source>
            <translation>запрос на переписку</translation>
        </message>
        <message>
            <source>typing</source>
            <translation>печатает</translation>
        </message>
        <message>
            <source>blocked</source>
            <translation>заблокировано</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ConversationView</name>
        <message>
            <source>%1’s safety number has changed</source>
            <translation>Код безопасности изменился: %1</translation>
        </message>
        <message>
            <source>%1 has set up Impulse from scratch, or someone is posing as %1. Sending is paused until you decide.</source>
            <translation>%1: либо Impulse настроен заново, либо кто-то выдаёт себя за другого. Отправка приостановлена до вашего решения.</translation>
        </message>
        <message>
            <source>You blocked %1</source>
            <translation>Заблокировано: %1</translation>
        </message>
        <message>
            <source>Unblock</source>
            <translation>Разблокировать</translation>
        </message>
        <message>
            <source>Sending is paused</source>
            <translation>Отправка приостановлена</translation>
        </message>
        <message>
            <source>Send anyway?</source>
            <translation>Всё равно отправить?</translation>
        </message>
        <message>
            <source>If someone is posing as %1, they will read what you send. Messages that wait are sent now.</source>
            <translation>%1: если кто-то выдаёт себя за этого человека, отправленное прочитает посторонний. Ожидающие сообщения уйдут сразу.</translation>
        </message>
        <message>
            <source>Send anyway</source>
            <translation>Всё равно отправить</translation>
        </message>
        <message>
            <source>Send anyway…</source>
            <translation>Всё равно отправить…</translation>
        </message>
        <message>
            <source>Messages</source>
            <translation>Сообщения</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::EmptySelection</name>
        <message>
            <source>Choose a conversation, or press</source>
            <translation>Выберите чат или нажмите</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::FirstRun</name>
        <message>
            <source>Welcome, %1</source>
            <translation>Добро пожаловать, %1</translation>
        </message>
        <message>
            <source>Everything you send here is end-to-end encrypted.</source>
            <translation>Всё, что вы здесь отправляете, защищено сквозным шифрованием.</translation>
        </message>
        <message>
            <source>Recovery code saved</source>
            <translation>Код восстановления сохранён</translation>
        </message>
        <message>
            <source>With it you can sign in on another computer</source>
            <translation>С ним можно войти на другом компьютере</translation>
        </message>
        <message>
            <source>Find your first contact</source>
            <translation>Найдите первого собеседника</translation>
        </message>
        <message>
            <source>By username or by a link they send you</source>
            <translation>По имени или по присланной ссылке</translation>
        </message>
        <message>
            <source>Find people</source>
            <translation>Найти людей</translation>
        </message>
        <message>
            <source>Your username</source>
            <translation>Ваше имя пользователя</translation>
        </message>
        <message>
            <source>Copy your username</source>
            <translation>Скопировать имя пользователя</translation>
        </message>
        <message>
            <source>Save your recovery code</source>
            <translation>Сохраните код восстановления</translation>
        </message>
        <message>
            <source>Without it you cannot sign in on another computer</source>
            <translation>Без него не войти на другом компьютере</translation>
        </message>
        <message>
            <source>New code…</source>
            <translation>Новый код…</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::HoverBar</name>
        <message>
            <source>Reply to this message</source>
            <translation>Ответить на это сообщение</translation>
        </message>
        <message>
            <source>More about this message</source>
            <translation>Другие действия с сообщением</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::JumpButton</name>
        <message>
            <source>Jump to the newest message</source>
            <translation>К последнему сообщению</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::MainWindow</name>
        <message>
            <source>Connection lost.</source>
            <translation>Соединение потеряно.</translation>
        </message>
        <message>
            <source>Connected again.</source>
            <translation>Соединение восстановлено.</translation>
        </message>
        <message>
            <source>Block %1?</source>
            <translation>Заблокировать: %1?</translation>
        </message>
        <message>
            <source>They can no longer write to you or see when you are online. They are not told.</source>
            <translation>Писать вам и видеть, что вы в сети, станет нельзя. Уведомления об этом не будет.</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>Заблокировать</translation>
        </message>
        <message>
            <source>Accept</source>
            <translation>Принять</translation>
        </message>
        <message>
            <source>Profile</source>
            <translation>Профиль</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>Открепить</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Закрепить</translation>
        </message>
        <message>
            <source>Unmute</source>
            <translation>Включить звук</translation>
        </message>
        <message>
            <source>Mute</source>
            <translation>Без звука</translation>
        </message>
        <message>
            <source>Unblock</source>
            <translation>Разблокировать</translation>
        </message>
        <message>
            <source>Block…</source>
            <translation>Заблокировать…</translation>
        </message>
        <message>
            <source>Profile and status…</source>
            <translation>Профиль и статус…</translation>
        </message>
        <message>
            <source>Show when I was last online</source>
            <translation>Показывать время последнего визита</translation>
        </message>
        <message>
            <source>Theme</source>
            <translation>Оформление</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>Как в системе</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Светлое</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Тёмное</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Язык</translation>
        </message>
        <message>
            <source>Sign out…</source>
            <translation>Выйти…</translation>
        </message>
        <message>
            <source>Change password…</source>
            <translation>Сменить пароль…</translation>
        </message>
        <message>
            <source>New recovery code…</source>
            <translation>Новый код восстановления…</translation>
        </message>
        <message>
            <source>Delete account…</source>
            <translation>Удалить учётную запись…</translation>
        </message>
        <message>
            <source>Your server was restored. You have to decide.</source>
            <translation>Сервер восстановлен из копии. Нужно ваше решение.</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::MessageActions</name>
        <message>
            <source>Reply</source>
            <translation>Ответить</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>Изменить</translation>
        </message>
        <message>
            <source>Copy text</source>
            <translation>Скопировать текст</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Подробности</translation>
        </message>
        <message>
            <source>Delete for everyone…</source>
            <translation>Удалить у всех…</translation>
        </message>
        <message>
            <source>Show the message replied to</source>
            <translation>Показать исходное сообщение</translation>
        </message>
        <message>
            <source>Open %1</source>
            <translation>Открыть %1</translation>
        </message>
        <message>
            <source>Copy %1</source>
            <translation>Скопировать %1</translation>
        </message>
        <message>
            <source>Delete this message?</source>
            <translation>Удалить сообщение?</translation>
        </message>
        <message>
            <source>It is removed for everyone in this chat. People may already have seen it.</source>
            <translation>Оно исчезнет у всех в этом чате. Его могли уже прочитать.</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Удалить</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::MessageDetails</name>
        <message>
            <source>Message details</source>
            <translation>Подробности сообщения</translation>
        </message>
        <message>
            <source>From: %1</source>
            <translation>От кого: %1</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Вы</translation>
        </message>
        <message>
            <source>Written: %1</source>
            <translation>Написано: %1</translation>
        </message>
        <message>
            <source>State: %1</source>
            <translation>Состояние: %1</translation>
        </message>
        <message>
            <source>This message did not come from the account it names, or it was changed on the way. Its text is not shown.</source>
            <translation>Это сообщение пришло не от указанной учётной записи или было изменено в пути. Его текст не показан.</translation>
        </message>
        <message>
            <source>Recovered from your other device</source>
            <translation>Восстановлено с другого вашего устройства</translation>
        </message>
        <message>
            <source>Versions, newest first</source>
            <translation>Версии, сначала новые</translation>
        </message>
        <message>
            <source>now</source>
            <translation>сейчас</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Закрыть</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::MessageListView</name>
        <message>
            <source>Messages</source>
            <translation>Сообщения</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::NameArea</name>
        <message>
            <source>Profile: %1</source>
            <translation>Профиль: %1</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::RequestView</name>
        <message>
            <source>%1 wants to write to you</source>
            <translation>Запрос на переписку: %1</translation>
        </message>
        <message>
            <source>%1 cannot see whether you are online or have read anything until you accept.</source>
            <translation>%1: пока запрос не принят, с той стороны не видно, в сети ли вы и что прочитано.</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>Заблокировать</translation>
        </message>
        <message>
            <source>Accept</source>
            <translation>Принять</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::SearchField</name>
        <message>
            <source>Search</source>
            <translation>Поиск</translation>
        </message>
        <message>
            <source>Search chats by name</source>
            <translation>Поиск чатов по имени</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::SidePane</name>
        <message>
            <source>Chats</source>
            <translation>Чаты</translation>
        </message>
        <message>
            <source>New chat</source>
            <translation>Новый чат</translation>
        </message>
        <message>
            <source>Try now</source>
            <translation>Повторить</translation>
        </message>
        <message>
            <source>No conversations yet</source>
            <translation>Чатов пока нет</translation>
        </message>
        <message>
            <source>Find someone by username or share yours.</source>
            <translation>Найдите человека по имени пользователя или поделитесь своим.</translation>
        </message>
        <message>
            <source>Start a conversation</source>
            <translation>Начать переписку</translation>
        </message>
        <message>
            <source>You’re offline</source>
            <translation>Нет соединения</translation>
        </message>
        <message numerus="yes">
            <source>Next try in %n s</source>
            <translation>
                <numerusform>Следующая попытка через %n с</numerusform>
                <numerusform>Следующая попытка через %n с</numerusform>
                <numerusform>Следующая попытка через %n с</numerusform>
            </translation>
        </message>
        <message>
            <source>Connecting…</source>
            <translation>Соединяемся…</translation>
        </message>
        <message>
            <source>Nothing found for “%1”</source>
            <translation>По запросу «%1» ничего не найдено</translation>
        </message>
        <message>
            <source>Your server was restored from an older backup</source>
            <translation>Сервер восстановлен из старой копии</translation>
        </message>
        <message>
            <source>Ask whoever runs it if that is true. Nothing is sent until you decide.</source>
            <translation>Узнайте у того, кто им управляет, так ли это. До вашего решения ничего не отправляется.</translation>
        </message>
        <message>
            <source>Your account is newer than that. Your password brings it back.</source>
            <translation>Ваша учётная запись новее этой копии. Её вернёт ваш пароль.</translation>
        </message>
        <message>
            <source>Go on…</source>
            <translation>Продолжить…</translation>
        </message>
        <message>
            <source>Bring it back…</source>
            <translation>Вернуть…</translation>
        </message>
    </context>
</TS>
