<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
    <context>
        <name>impulse::app::AccountDialogs</name>
        <message>
            <source>The password is wrong</source>
            <translation>Неверный пароль</translation>
        </message>
        <message>
            <source>The password is right, but it was changed on another device. Make the code there.</source>
            <translation>Пароль верный, но его сменили на другом устройстве. Создайте код там.</translation>
        </message>
        <message>
            <source>Make a new recovery code?</source>
            <translation>Создать новый код восстановления?</translation>
        </message>
        <message>
            <source>A code that you saved before stops working. The new one is shown only once.</source>
            <translation>Прежний код перестанет действовать. Новый показывается один раз.</translation>
        </message>
        <message>
            <source>Make a code</source>
            <translation>Создать код</translation>
        </message>
        <message>
            <source>Making the code…</source>
            <translation>Создаём код…</translation>
        </message>
        <message>
            <source>Delete your account?</source>
            <translation>Удалить учётную запись?</translation>
        </message>
        <message>
            <source>@%1 and everything it has are gone for good: your contacts, your messages and your name, which nobody can take again. What others received stays with them.</source>
            <translation>Учётная запись @%1 пропадёт навсегда вместе с контактами и сообщениями, а её имя больше никто не сможет занять. Полученное другими останется у них.</translation>
        </message>
        <message>
            <source>Delete account</source>
            <translation>Удалить учётную запись</translation>
        </message>
        <message>
            <source>Deleting…</source>
            <translation>Удаляем…</translation>
        </message>
        <message>
            <source>Was your server restored?</source>
            <translation>Сервер действительно восстановили?</translation>
        </message>
        <message>
            <source>If whoever runs it says so, go on: your messages stay, and the server gets back what it lost. If they do not, someone may be posing as your server.</source>
            <translation>Если это подтверждает тот, кто им управляет, продолжайте: ваши сообщения останутся, а сервер получит обратно то, что потерял. Если нет, кто-то может выдавать себя за ваш сервер.</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Продолжить</translation>
        </message>
        <message>
            <source>Bring your account back?</source>
            <translation>Вернуть учётную запись?</translation>
        </message>
        <message>
            <source>The server gets your account again as it is here, with the name @%1. Your messages stay.</source>
            <translation>Сервер снова получит вашу учётную запись такой, какая она здесь, с именем @%1. Ваши сообщения останутся.</translation>
        </message>
        <message>
            <source>Bring it back</source>
            <translation>Вернуть</translation>
        </message>
        <message>
            <source>Bringing it back…</source>
            <translation>Возвращаем…</translation>
        </message>
        <message>
            <source>This computer cannot do it. Try another of your devices.</source>
            <translation>На этом компьютере не получится. Попробуйте на другом своём устройстве.</translation>
        </message>
        <message>
            <source>Someone else has this name there now. Ask whoever runs the server.</source>
            <translation>Это имя там уже занято. Обратитесь к тому, кто управляет сервером.</translation>
        </message>
        <message>
            <source>The server takes no new accounts. Ask whoever runs it to allow yours.</source>
            <translation>Сервер не принимает новые учётные записи. Попросите того, кто им управляет, разрешить вашу.</translation>
        </message>
    </context>
    <context>
        <name>impulse::app::ApplicationController</name>
        <message>
            <source>This profile name cannot be used</source>
            <translation>Такое имя профиля не подходит</translation>
        </message>
        <message>
            <source>Names have letters A to Z, digits, dots, hyphens and underscores.</source>
            <translation>В имени могут быть латинские буквы, цифры, точки, дефисы и подчёркивания.</translation>
        </message>
        <message>
            <source>Impulse cannot open this profile</source>
            <translation>Impulse не может открыть этот профиль</translation>
        </message>
        <message>
            <source>Its folder cannot be written: %1</source>
            <translation>В папку нельзя записывать: %1</translation>
        </message>
        <message>
            <source>This device was removed from your account</source>
            <translation>Это устройство удалено из учётной записи</translation>
        </message>
        <message>
            <source>What Impulse keeps on this computer is deleted now. You can sign in again with your password and your recovery code.</source>
            <translation>Данные Impulse на этом компьютере сейчас удаляются. Войти снова можно с паролем и кодом восстановления.</translation>
        </message>
    </context>
    <context>
        <name>impulse::app::DialogController</name>
        <message>
            <source>This disk is full. Free some space to keep receiving messages.</source>
            <translation>Диск заполнен. Освободите место, чтобы получать сообщения.</translation>
        </message>
        <message>
            <source>Nothing can be written on this computer. Messages wait until it works again.</source>
            <translation>На этот компьютер не удаётся ничего записать. Сообщения ждут, пока это не исправится.</translation>
        </message>
        <message>
            <source>This server’s key has changed. Ask whoever runs it before you go on.</source>
            <translation>Ключ сервера изменился. Прежде чем продолжать, спросите того, кто им управляет.</translation>
        </message>
        <message>
            <source>This device was removed from your account.</source>
            <translation>Это устройство удалено из учётной записи.</translation>
        </message>
        <message>
            <source>This account is not on the server any more. What you have here stays until you sign out.</source>
            <translation>Этой учётной записи больше нет на сервере. Всё, что есть на этом компьютере, останется, пока вы не выйдете.</translation>
        </message>
        <message>
            <source>Whoever runs this server has disabled your account. Nothing of it was deleted.</source>
            <translation>Тот, кто управляет этим сервером, отключил вашу учётную запись. Ничего не удалено.</translation>
        </message>
        <message>
            <source>This server and this version of Impulse do not understand each other. Update the older one.</source>
            <translation>Сервер и эта версия Impulse не понимают друг друга. Обновите то, что старее.</translation>
        </message>
        <message>
            <source>The server’s answer failed a security check. Ask whoever runs it.</source>
            <translation>Ответ сервера не прошёл проверку безопасности. Спросите того, кто им управляет.</translation>
        </message>
        <message>
            <source>This message is too long. Send it in parts.</source>
            <translation>Сообщение слишком длинное. Отправьте его по частям.</translation>
        </message>
        <message>
            <source>You blocked this person. Unblock them in their profile first.</source>
            <translation>Вы заблокировали этого человека. Сначала разблокируйте в профиле.</translation>
        </message>
        <message>
            <source>Too many attempts. Wait a few minutes and try again.</source>
            <translation>Слишком много попыток. Подождите несколько минут и попробуйте снова.</translation>
        </message>
        <message>
            <source>You’re offline. Try again when the connection is back.</source>
            <translation>Нет соединения. Попробуйте, когда оно появится.</translation>
        </message>
        <message>
            <source>This did not work. Try again.</source>
            <translation>Не получилось. Попробуйте ещё раз.</translation>
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
            <source>Sign out on this computer?</source>
            <translation>Выйти на этом компьютере?</translation>
        </message>
        <message>
            <source>What Impulse keeps here is deleted. To sign in again you need your password and your recovery code.</source>
            <translation>Данные Impulse здесь будут удалены. Чтобы войти снова, нужны пароль и код восстановления.</translation>
        </message>
        <message>
            <source>No recovery code is saved. Without it you cannot sign in again, and what Impulse keeps here is deleted.</source>
            <translation>Код восстановления не сохранён. Без него снова не войти, а всё, что хранится на этом компьютере, будет удалено.</translation>
        </message>
        <message>
            <source>Sign out</source>
            <translation>Выйти</translation>
        </message>
        <message>
            <source>Something did not work</source>
            <translation>Что-то не получилось</translation>
        </message>
        <message>
            <source>Security warning</source>
            <translation>Предупреждение безопасности</translation>
        </message>
        <message>
            <source>The server was restored from an older backup.</source>
            <translation>Сервер восстановлен из старой копии.</translation>
        </message>
    </context>
    <context>
        <name>impulse::app::SignInFlow</name>
        <message>
            <source>Device %1</source>
            <translation>Устройство %1</translation>
        </message>
    </context>
    <context>
        <name>impulse::app::UnlockFlow</name>
        <message>
            <source>Sign in with the recovery code?</source>
            <translation>Войти с кодом восстановления?</translation>
        </message>
        <message>
            <source>The recovery code lets you set a new password. What Impulse keeps on this computer is deleted first, with everything that was not sent yet.</source>
            <translation>С кодом восстановления можно задать новый пароль. Сначала с этого компьютера удаляются данные Impulse, в том числе всё неотправленное.</translation>
        </message>
        <message>
            <source>Delete and sign in</source>
            <translation>Удалить и войти</translation>
        </message>
    </context>
    <context>
        <name>impulse::client::AccountService</name>
        <message>
            <source>This device was declared lost or stolen, so the account was removed from it.</source>
            <translation>Это устройство объявлено потерянным или украденным, поэтому учётная запись удалена с него.</translation>
        </message>
    </context>
    <context>
        <name>impulse::client::DirectoryKeeper</name>
        <message>
            <source>The server published a false list of your devices.</source>
            <translation>Сервер опубликовал ложный список ваших устройств.</translation>
        </message>
        <message>
            <source>The server says that this account was deleted. If it was not you, ask whoever runs the server.</source>
            <translation>Сервер сообщает, что эта учётная запись удалена. Если это были не вы, спросите того, кто им управляет.</translation>
        </message>
        <message>
            <source>The server published a false identity for you.</source>
            <translation>Сервер опубликовал ложные данные о вашей личности.</translation>
        </message>
        <message>
            <source>A new device was added to your account. If it was not you, sign in with your recovery code on another computer and lock it out.</source>
            <translation>К вашей учётной записи добавлено новое устройство. Если это сделали не вы, войдите с кодом восстановления на другом компьютере и отключите это устройство.</translation>
        </message>
    </context>
    <context>
        <name>impulse::client::GossipWatch</name>
        <message>
            <source>The server shows you and %1 different directories.</source>
            <translation>Сервер показывает вам и %1 разные каталоги.</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ChangePasswordDialog</name>
        <message>
            <source>Change password</source>
            <comment>title</comment>
            <translation>Смена пароля</translation>
        </message>
        <message>
            <source>You need the new password the next time you sign in on a computer. Your recovery code stays as it is.</source>
            <translation>Новый пароль понадобится при следующем входе. Код восстановления останется прежним.</translation>
        </message>
        <message>
            <source>Current password</source>
            <translation>Текущий пароль</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>Новый пароль</translation>
        </message>
        <message>
            <source>Repeat password</source>
            <translation>Повторите пароль</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Change password</source>
            <translation>Сменить пароль</translation>
        </message>
        <message>
            <source>Changing…</source>
            <translation>Меняем…</translation>
        </message>
        <message>
            <source>The password is wrong</source>
            <translation>Неверный пароль</translation>
        </message>
        <message>
            <source>This password is easy to guess</source>
            <translation>Такой пароль легко угадать</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ConfirmDialog</name>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Закрыть</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ContactDialog</name>
        <message>
            <source>Safety number changed</source>
            <translation>Код безопасности изменился</translation>
        </message>
        <message>
            <source>Verified</source>
            <translation>Проверено</translation>
        </message>
        <message>
            <source>Someone may be posing as this person</source>
            <translation>Возможно, кто-то выдаёт себя за другого</translation>
        </message>
        <message>
            <source>You compared the numbers</source>
            <translation>Вы сравнили числа</translation>
        </message>
        <message>
            <source>Message</source>
            <translation>Написать</translation>
        </message>
        <message>
            <source>Username</source>
            <translation>Имя пользователя</translation>
        </message>
        <message>
            <source>Copy username</source>
            <translation>Скопировать имя пользователя</translation>
        </message>
        <message>
            <source>About</source>
            <translation>О себе</translation>
        </message>
        <message>
            <source>Unblock</source>
            <translation>Разблокировать</translation>
        </message>
        <message>
            <source>Block…</source>
            <translation>Заблокировать…</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::DeviceQuestions</name>
        <message>
            <source>Added on %1</source>
            <translation>Добавлено %1</translation>
        </message>
        <message>
            <source>Still mine</source>
            <translation>У меня</translation>
        </message>
        <message>
            <source>Lost</source>
            <translation>Потеряно</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::Field</name>
        <message>
            <source>Hide password</source>
            <translation>Скрыть пароль</translation>
        </message>
        <message>
            <source>Show password</source>
            <translation>Показать пароль</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::LanguageButton</name>
        <message>
            <source>Language: %1</source>
            <translation>Язык: %1</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::NewPasswordFields</name>
        <message numerus="yes">
            <source>At least %n characters</source>
            <translation>
                <numerusform>Не меньше %n знака</numerusform>
                <numerusform>Не меньше %n знаков</numerusform>
                <numerusform>Не меньше %n знаков</numerusform>
            </translation>
        </message>
        <message>
            <source>This password is easy to guess</source>
            <translation>Такой пароль легко угадать</translation>
        </message>
        <message>
            <source>Weak</source>
            <translation>Слабый</translation>
        </message>
        <message>
            <source>Fair</source>
            <translation>Средний</translation>
        </message>
        <message>
            <source>Strong</source>
            <translation>Надёжный</translation>
        </message>
        <message>
            <source>Very strong</source>
            <translation>Очень надёжный</translation>
        </message>
        <message>
            <source>The passwords are different</source>
            <translation>Пароли не совпадают</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::OwnProfileDialog</name>
        <message>
            <source>Profile</source>
            <translation>Профиль</translation>
        </message>
        <message>
            <source>Name shown to others</source>
            <translation>Имя для других</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>Статус</translation>
        </message>
        <message>
            <source>About</source>
            <translation>О себе</translation>
        </message>
        <message>
            <source>Link copied</source>
            <translation>Ссылка скопирована</translation>
        </message>
        <message>
            <source>Username</source>
            <translation>Имя пользователя</translation>
        </message>
        <message>
            <source>Copy link</source>
            <translation>Скопировать ссылку</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Сохранить</translation>
        </message>
        <message>
            <source>Saving…</source>
            <translation>Сохраняем…</translation>
        </message>
        <message>
            <source>This could not be saved. Try again.</source>
            <translation>Не удалось сохранить. Попробуйте ещё раз.</translation>
        </message>
        <message>
            <source>Encrypted. Only people you talk to can see your name, status and text</source>
            <translation>Зашифровано. Имя, статус и текст видят только ваши собеседники</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::PasswordDialog</name>
        <message>
            <source>Password</source>
            <translation>Пароль</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::ProblemText</name>
        <message>
            <source>The username or password is wrong</source>
            <translation>Неверное имя пользователя или пароль</translation>
        </message>
        <message>
            <source>This code does not belong to this account</source>
            <translation>Этот код не от этой учётной записи</translation>
        </message>
        <message>
            <source>This username is taken</source>
            <translation>Это имя занято</translation>
        </message>
        <message>
            <source>This server does not take new accounts</source>
            <translation>Этот сервер не принимает новые учётные записи</translation>
        </message>
        <message>
            <source>This server takes new accounts by invite only. Paste the invite link here.</source>
            <translation>Этот сервер принимает только по приглашению. Вставьте сюда ссылку-приглашение.</translation>
        </message>
        <message>
            <source>This invite was used already or has ended. Ask for a new one.</source>
            <translation>Это приглашение уже использовано или истекло. Попросите новое.</translation>
        </message>
        <message>
            <source>Too many attempts. Wait a few minutes and try again.</source>
            <translation>Слишком много попыток. Подождите несколько минут и попробуйте снова.</translation>
        </message>
        <message>
            <source>Whoever runs this server has disabled this account</source>
            <translation>Тот, кто управляет этим сервером, отключил эту учётную запись</translation>
        </message>
        <message>
            <source>This server and this version of Impulse do not understand each other. Update the older one.</source>
            <translation>Сервер и эта версия Impulse не понимают друг друга. Обновите то, что старее.</translation>
        </message>
        <message>
            <source>This disk is full. Free some space and try again.</source>
            <translation>Диск заполнен. Освободите место и попробуйте снова.</translation>
        </message>
        <message>
            <source>The data of this account on this computer cannot be opened. Nothing was changed.</source>
            <translation>Данные этой учётной записи на компьютере не открываются. Ничего не изменено.</translation>
        </message>
        <message>
            <source>Impulse is already open with this account on this computer</source>
            <translation>Impulse с этой учётной записью уже открыт на этом компьютере</translation>
        </message>
        <message>
            <source>The server’s answer failed a security check. Ask whoever runs it.</source>
            <translation>Ответ сервера не прошёл проверку безопасности. Спросите того, кто им управляет.</translation>
        </message>
        <message>
            <source>This did not work. Try again.</source>
            <translation>Не получилось. Попробуйте ещё раз.</translation>
        </message>
        <message>
            <source>Looking for the server…</source>
            <translation>Ищем сервер…</translation>
        </message>
        <message>
            <source>Secure connection checked</source>
            <translation>Защищённое соединение проверено</translation>
        </message>
        <message>
            <source>This server does not answer. Check the address or your connection.</source>
            <translation>Сервер не отвечает. Проверьте адрес или подключение.</translation>
        </message>
        <message>
            <source>This server’s key has changed. Ask whoever runs it before you go on.</source>
            <translation>Ключ сервера изменился. Прежде чем продолжать, спросите того, кто им управляет.</translation>
        </message>
        <message>
            <source>This is neither a server address nor an invite link</source>
            <translation>Это не адрес сервера и не ссылка-приглашение</translation>
        </message>
        <message>
            <source>This address has no secure connection, so it cannot be used</source>
            <translation>По этому адресу нет защищённого соединения, использовать его нельзя</translation>
        </message>
        <message>
            <source>Checking the name…</source>
            <translation>Проверяем имя…</translation>
        </message>
        <message>
            <source>@%1 is free on this server</source>
            <translation>Имя @%1 свободно</translation>
        </message>
        <message>
            <source>@%1 is taken</source>
            <translation>Имя @%1 занято</translation>
        </message>
        <message>
            <source>2 to 32 characters: a–z, 0–9, dot, hyphen and underscore</source>
            <translation>От 2 до 32 знаков: a–z, 0–9, точка, дефис и подчёркивание</translation>
        </message>
        <message>
            <source>This password is easy to guess</source>
            <translation>Такой пароль легко угадать</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::RecoverWindow</name>
        <message>
            <source>Which devices do you still have?</source>
            <translation>Какие устройства ещё у вас?</translation>
        </message>
        <message>
            <source>A lost device is removed from your account at once, and what it keeps is wiped when it connects. The others go on as before.</source>
            <translation>Потерянное устройство сразу удаляется из учётной записи, а его данные стираются, когда оно выйдет на связь. Остальные работают как прежде.</translation>
        </message>
        <message>
            <source>Use your recovery code</source>
            <translation>Вход с кодом восстановления</translation>
        </message>
        <message>
            <source>I have no code…</source>
            <translation>У меня нет кода…</translation>
        </message>
        <message>
            <source>Without the recovery code</source>
            <translation>Если кода восстановления нет</translation>
        </message>
        <message>
            <source>On a device that is signed in, open the menu at your picture and choose New recovery code. Without such a device nobody can let you back in, but you can create a new account.</source>
            <translation>На устройстве, где вы вошли, откройте меню у своей аватарки и выберите «Новый код восстановления». Если такого устройства нет, в учётную запись не вернуться, но можно создать новую.</translation>
        </message>
        <message>
            <source>Add this computer</source>
            <translation>Подключение компьютера</translation>
        </message>
        <message>
            <source>The code brings this computer into your account. You can set a new password with it as well.</source>
            <translation>Код подключит этот компьютер к учётной записи. С ним можно задать и новый пароль.</translation>
        </message>
        <message>
            <source>Type your recovery code to bring this computer into your account. Earlier messages stay on your other devices.</source>
            <translation>Введите код восстановления, чтобы подключить этот компьютер. Прежние сообщения останутся на других устройствах.</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Сервер</translation>
        </message>
        <message>
            <source>Username</source>
            <translation>Имя пользователя</translation>
        </message>
        <message>
            <source>Recovery code</source>
            <translation>Код восстановления</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Пароль</translation>
        </message>
        <message>
            <source>Set a new password</source>
            <translation>Задать новый пароль</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>Новый пароль</translation>
        </message>
        <message>
            <source>Repeat password</source>
            <translation>Повторите пароль</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Open Impulse</source>
            <translation>Открыть Impulse</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>Продолжить</translation>
        </message>
        <message>
            <source>The code is complete and has no typing mistakes</source>
            <translation>Код введён полностью и без опечаток</translation>
        </message>
        <message>
            <source>The code has letters A to Z without U, and digits</source>
            <translation>В коде только латинские буквы, кроме U, и цифры</translation>
        </message>
        <message>
            <source>There is a typing mistake in the code</source>
            <translation>В коде опечатка</translation>
        </message>
        <message>
            <source>7 groups of 4 letters and digits</source>
            <translation>7 групп по 4 буквы и цифры</translation>
        </message>
        <message numerus="yes">
            <source>%n more characters</source>
            <translation>
                <numerusform>Ещё %n знак</numerusform>
                <numerusform>Ещё %n знака</numerusform>
                <numerusform>Ещё %n знаков</numerusform>
            </translation>
        </message>
        <message>
            <source>Working…</source>
            <translation>Подождите…</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::RecoveryCodeStep</name>
        <message>
            <source>Step 2 of 2</source>
            <translation>Шаг 2 из 2</translation>
        </message>
        <message>
            <source>Save your recovery code</source>
            <translation>Сохраните код восстановления</translation>
        </message>
        <message>
            <source>You need this code to sign in on another computer, or if you forget your password. It is shown only once.</source>
            <translation>Код нужен, чтобы войти на другом компьютере или если забыт пароль. Он показывается один раз.</translation>
        </message>
        <message>
            <source>Recovery code</source>
            <translation>Код восстановления</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Скопировать</translation>
        </message>
        <message>
            <source>Save as file…</source>
            <translation>В файл…</translation>
        </message>
        <message>
            <source>Print…</source>
            <translation>Печать…</translation>
        </message>
        <message>
            <source>Nobody else has a copy, not even your server.</source>
            <translation>Копии нет ни у кого, даже у сервера.</translation>
        </message>
        <message>
            <source>Without this code and without a device, nobody can let you back in.</source>
            <translation>Без кода и без устройства в учётную запись не вернуться.</translation>
        </message>
        <message>
            <source>I have stored the code somewhere safe</source>
            <translation>Код сохранён в надёжном месте</translation>
        </message>
        <message>
            <source>Type groups %1 and %2 to confirm</source>
            <translation>Для проверки введите группы %1 и %2</translation>
        </message>
        <message>
            <source>Group %1 of the code</source>
            <translation>Группа %1 кода</translation>
        </message>
        <message>
            <source>Finish</source>
            <translation>Готово</translation>
        </message>
        <message numerus="yes">
            <source>Copied. The clipboard is cleared in %n s.</source>
            <translation>
                <numerusform>Скопировано. Буфер обмена очистится через %n с.</numerusform>
                <numerusform>Скопировано. Буфер обмена очистится через %n с.</numerusform>
                <numerusform>Скопировано. Буфер обмена очистится через %n с.</numerusform>
            </translation>
        </message>
        <message>
            <source>Saved. Keep the file where others cannot read it.</source>
            <translation>Сохранено. Держите файл там, где его не прочитают другие.</translation>
        </message>
        <message>
            <source>The file could not be written. Choose another place.</source>
            <translation>Не удалось записать файл. Выберите другое место.</translation>
        </message>
        <message>
            <source>This group is different</source>
            <translation>Эта группа не совпадает</translation>
        </message>
        <message>
            <source>Impulse recovery code</source>
            <translation>Код восстановления Impulse</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::RegisterPage</name>
        <message>
            <source>Step 1 of 2</source>
            <translation>Шаг 1 из 2</translation>
        </message>
        <message>
            <source>Create an account</source>
            <translation>Создать учётную запись</translation>
        </message>
        <message>
            <source>Invite link or server</source>
            <translation>Ссылка-приглашение или сервер</translation>
        </message>
        <message>
            <source>Username</source>
            <translation>Имя пользователя</translation>
        </message>
        <message>
            <source>Name shown to others</source>
            <translation>Имя для других</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Пароль</translation>
        </message>
        <message>
            <source>Repeat password</source>
            <translation>Повторите пароль</translation>
        </message>
        <message>
            <source>I have an account</source>
            <translation>У меня есть учётная запись</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>Продолжить</translation>
        </message>
        <message>
            <source>Making your keys…</source>
            <translation>Создаём ключи…</translation>
        </message>
        <message>
            <source>Creating the account…</source>
            <translation>Создаём учётную запись…</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::SignInPage</name>
        <message>
            <source>Sign in</source>
            <comment>title</comment>
            <translation>Вход</translation>
        </message>
        <message>
            <source>Welcome back. Enter your server and account.</source>
            <translation>С возвращением. Укажите сервер и учётную запись.</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Сервер</translation>
        </message>
        <message>
            <source>Username</source>
            <translation>Имя пользователя</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Пароль</translation>
        </message>
        <message>
            <source>Keep me signed in on this computer</source>
            <translation>Не выходить на этом компьютере</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>Войти</translation>
        </message>
        <message>
            <source>Create an account</source>
            <translation>Создать учётную запись</translation>
        </message>
        <message>
            <source>Use recovery code</source>
            <translation>Код восстановления</translation>
        </message>
        <message>
            <source>Signing in…</source>
            <translation>Входим…</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::SignInWindow</name>
        <message>
            <source>Messages only your people can read.</source>
            <translation>Сообщения, которые читают только свои.</translation>
        </message>
        <message>
            <source>End-to-end encrypted, always on</source>
            <translation>Сквозное шифрование, всегда включено</translation>
        </message>
        <message>
            <source>Runs on a server you choose</source>
            <translation>Работает на выбранном вами сервере</translation>
        </message>
        <message>
            <source>No phone number or email needed</source>
            <translation>Без номера телефона и почты</translation>
        </message>
        <message>
            <source>Your account lives on your server.</source>
            <translation>Ваша учётная запись на вашем сервере.</translation>
        </message>
        <message>
            <source>Your keys are made on this computer</source>
            <translation>Ключи создаются на этом компьютере</translation>
        </message>
        <message>
            <source>People find you by your username</source>
            <translation>Вас находят по имени пользователя</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::StartChatDialog</name>
        <message>
            <source>New chat</source>
            <translation>Новый чат</translation>
        </message>
        <message>
            <source>Username or link</source>
            <translation>Имя пользователя или ссылка</translation>
        </message>
        <message>
            <source>Link copied</source>
            <translation>Ссылка скопирована</translation>
        </message>
        <message>
            <source>Your username. Others find you by it.</source>
            <translation>Ваше имя. По нему вас находят.</translation>
        </message>
        <message>
            <source>Copy link</source>
            <translation>Скопировать ссылку</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Отмена</translation>
        </message>
        <message>
            <source>Start chat</source>
            <translation>Начать чат</translation>
        </message>
        <message>
            <source>Looking…</source>
            <translation>Ищем…</translation>
        </message>
        <message>
            <source>A username of your server, or an impulse:// link</source>
            <translation>Имя пользователя на вашем сервере или ссылка impulse://</translation>
        </message>
        <message>
            <source>Nobody on your server has this username</source>
            <translation>На вашем сервере нет такого имени пользователя</translation>
        </message>
        <message>
            <source>This is you</source>
            <translation>Это вы</translation>
        </message>
        <message>
            <source>This link is not complete. Copy it again.</source>
            <translation>Ссылка неполная. Скопируйте её ещё раз.</translation>
        </message>
        <message>
            <source>This link belongs to another server. Sign in there to use it.</source>
            <translation>Эта ссылка с другого сервера. Чтобы ею воспользоваться, войдите там.</translation>
        </message>
        <message>
            <source>You’re offline. Try again when the connection is back.</source>
            <translation>Нет соединения. Попробуйте, когда оно появится.</translation>
        </message>
        <message>
            <source>You blocked this person. Unblock them in their profile first.</source>
            <translation>Вы заблокировали этого человека. Сначала разблокируйте в профиле.</translation>
        </message>
        <message>
            <source>This did not work. Try again.</source>
            <translation>Не получилось. Попробуйте ещё раз.</translation>
        </message>
    </context>
    <context>
        <name>impulse::ui::UnlockWindow</name>
        <message>
            <source>Impulse is locked</source>
            <translation>Impulse заблокирован</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Пароль</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>Разблокировать</translation>
        </message>
        <message>
            <source>Forgot the password?</source>
            <translation>Забыли пароль?</translation>
        </message>
        <message>
            <source>Unlocking…</source>
            <translation>Открываем…</translation>
        </message>
        <message>
            <source>The password is wrong</source>
            <translation>Неверный пароль</translation>
        </message>
    </context>
</TS>
