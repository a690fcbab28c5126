### Die Texte der Seiten auf Deutsch. Jede Seite hat ihren eigenen Abschnitt und Präfix.

## Alle Seiten

skip-to-content = Zum Inhalt springen
menu = Menü
menu-choose-organisation = Organisation wählen
menu-all-organisations = Alle meine Organisationen
menu-create-organisation = Organisation anlegen
menu-organisation = Organisation
menu-overview = Übersicht
menu-members = Mitglieder
menu-keys = API-Schlüssel
menu-audit = Protokoll
menu-settings = Einstellungen
menu-account = Ihr Konto
menu-profile = Profil
menu-security = Sicherheit
menu-sessions = Sitzungen
menu-organisations = Organisationen
menu-build = Für Entwickler
menu-console = API-Konsole
menu-mailbox = Abgefangene Mails
menu-sign-out = Abmelden
signed-in-as = Angemeldet als { $name }
pages-label = Seiten
pages-next = Nächste Seite
password-show = Anzeigen
password-meter-weak = Dieses Passwort würde abgelehnt.
password-meter-fair = Dieses Passwort wird angenommen. Ein längeres ist besser.
password-meter-good = Das ist ein gutes Passwort.
copy = Kopieren
copied = Kopiert

## Rollen

role-admin = Admin
role-member = Mitglied
role-viewer = Betrachter

## Zeiten

ago-now = gerade eben
ago-minutes = vor { $count } Min.
ago-hours = vor { $count } Std.
ago-days = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
in-minutes = in { $count } Min.
in-hours = in { $count } Std.
in-days = { $count ->
    [one] in { $count } Tag
   *[other] in { $count } Tagen
}
day = { $day }. { $month } { $year }
month-1 = Jan.
month-2 = Feb.
month-3 = März
month-4 = Apr.
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = Aug.
month-9 = Sep.
month-10 = Okt.
month-11 = Nov.
month-12 = Dez.

## Fehler: `error-<code>`, und als eigene Seite `error-<code>-title`

error-back = Zur Startseite
error-status = Status { $status }
error-request = Anfrage
error-not-found-title = Nicht gefunden
error-not-found = Unter dieser Adresse gibt es nichts, oder Sie haben keinen Zugang dazu.
error-permission-denied-title = Keine Berechtigung
error-permission-denied = Dazu braucht es die Berechtigung { $permission }, die Ihre Rolle nicht hat. Ein Admin der Organisation kann Ihnen eine andere Rolle geben.
error-internal-title = Etwas ist schiefgegangen
error-internal = Der Fehler liegt bei uns. Er steht im Log unter der Nummer dieser Anfrage.

## Anmelden

sign-in-title = Anmelden

## Felder: `field-<code>`

field-required = Dieses Feld fehlt.
field-unknown = Dieses Feld gibt es hier nicht.
field-duplicate = Dieses Feld kommt zweimal vor.
field-wrong-type = Dieser Wert ist von der falschen Art.
field-too-short = Das ist zu kurz.
field-too-long = Das ist zu lang.
field-too-few = Das sind zu wenige Einträge.
field-too-many = Das sind zu viele Einträge.
field-out-of-range = Dieser Wert ist zu klein oder zu groß.
field-not-allowed = Dieser Wert ist hier nicht möglich.
field-invalid-format = Dieser Wert ist nicht richtig geschrieben.
field-invalid-value = Dieser Wert passt nicht.
field-repetitive = Dieses Passwort ist eine Wiederholung oder eine Reihe benachbarter Tasten.
field-common = Dieses Passwort gehört zu denen, die Angreifer zuerst versuchen.
field-personal = Dieses Passwort besteht aus Namen der Person, der Organisation oder des Dienstes.
field-guessable = Dieses Passwort ist sofort erraten.

## Meine Organisationen, und eine neue

my-organisations-title = Meine Organisationen
my-organisations-empty = Sie sind noch in keiner Organisation
my-organisations-empty-text = Legen Sie eine an, oder warten Sie auf eine Einladung: Sie kommt per Mail.
my-organisations-name = Name
my-organisations-role = Rolle
my-organisations-since = Angelegt
organisation-create-title = Organisation anlegen
organisation-create-lead = Sie werden ihr Admin und können andere einladen.
organisation-create = Organisation anlegen
organisation-name = Name
organisation-name-hint = Zum Beispiel der Name Ihrer Firma oder Ihres Teams.
organisation-created = { $name } wurde angelegt.

## Die Eingangstür: an- und abmelden

sign-in = Anmelden
sign-in-name = E-Mail-Adresse oder Benutzername
sign-in-password = Passwort
sign-in-remember = Auf diesem Gerät angemeldet bleiben
sign-in-forgot = Passwort vergessen?
sign-in-new-here = Neu hier?
sign-in-sign-up = Konto anlegen
sign-in-goes-on = Danach geht es weiter zu { $site }.
sign-in-wrong = Die E-Mail-Adresse, der Benutzername oder das Passwort stimmt nicht.
sign-in-again = Ein Admin dieser Organisation hat Ihre Sitzungen hier beendet. Melden Sie sich erneut an.
sign-in-unproven = Neues Konto? Dann bestätigen Sie zuerst Ihre Adresse: Der Link steht in einer Mail an Sie.
sign-in-unproven-link = Mail noch einmal senden
password-new = Neues Passwort
password-new-hint = Mindestens 12 Zeichen. Am besten sind ein paar zufällige Wörter.
sign-out = Abmelden
sign-out-title = Abmelden
sign-out-lead = Damit endet Ihre Sitzung in diesem Browser.
sign-out-stay = Angemeldet bleiben
sign-out-done = Sie sind abgemeldet.
error-user-disabled = Dieses Konto ist gesperrt. Fragen Sie einen Administrator.
error-too-many-attempts = Es gab zu viele falsche Versuche. Versuchen Sie es in { $minutes } Min. wieder.
error-password-change-required = Dieses Passwort wurde für Sie gesetzt. Wählen Sie jetzt ein eigenes.

## Die Eingangstür: neue Konten und Mails

email = E-Mail-Adresse
send-link = Link senden
back-to-sign-in = Zurück zur Anmeldung
go-on-to = Weiter zu { $product }
sign-up = Konto anlegen
sign-up-title = Konto anlegen
sign-up-name = Ihr Name
sign-up-organisation = Organisation
sign-up-organisation-hint = Sie werden ihr Admin. Lassen Sie das Feld leer, wenn Sie auf eine Einladung warten.
sign-up-known = Sie haben schon ein Konto?
sign-up-closed = Neue Konten gibt es hier nur auf Einladung.
sign-up-closed-how = Bitten Sie einen Admin Ihrer Organisation um eine Einladung. Sie kommt per Mail, und mit ihr legen Sie Ihr Konto an.
sign-up-sent = Wir haben eine Mail an { $email } geschickt. Bestätigen Sie die Adresse mit dem Link darin und melden Sie sich dann an.
check-mail-title = Sehen Sie in Ihre Mails
check-mail-lead = Die Mail kommt in ein bis zwei Minuten. Falls nicht, sehen Sie im Spam-Ordner nach oder fordern Sie sie noch einmal an.
check-mail-captured = Dieser Server verschickt noch keine Mails und behält sie hier:
check-mail-captured-link = Abgefangene Mails
forgot-title = Passwort vergessen?
forgot-lead = Wir schicken Ihnen einen Link, mit dem Sie ein neues wählen.
forgot-no-mail = Dieser Server verschickt keine Mails und kann Ihnen keinen Link senden. Bitten Sie einen Administrator um ein neues Passwort.
forgot-sent = Wenn es ein Konto mit { $email } gibt, ist eine Mail mit einem Link unterwegs. Er gilt 30 Minuten.
verify-again-title = Adresse bestätigen
verify-again-lead = Wir schicken Ihnen den Link noch einmal. Der vorige gilt dann nicht mehr.
verify-again-no-mail = Dieser Server verschickt keine Mails und kann Ihnen keinen Link senden. Fragen Sie einen Administrator.
verify-again-sent = Wenn es ein Konto mit { $email } zu bestätigen gibt, ist eine Mail mit einem Link unterwegs. Er gilt 24 Stunden.
error-email-taken = Es gibt schon ein Konto mit dieser Adresse. Melden Sie sich an.
error-registration-closed = Konten mit dieser Adresse gibt es nur auf Einladung. Fragen Sie einen Admin Ihrer Organisation.
error-too-many-registrations = Aus Ihrem Netz wurden zu viele Konten angelegt. Versuchen Sie es in { $minutes } Min. wieder.
error-too-many-mails = Es wurden zu viele Mails angefordert. Versuchen Sie es später wieder.

## Die Eingangstür: Links aus Mails und das Einrichten

too-many-attempts-title = Zu viele Versuche
user-disabled-title = Konto gesperrt
go-on = Weiter
link-title = Link öffnen
link-no-script = Dieser Browser führt keine Skripte aus. Deshalb kann die Seite das Geheimnis des Links nicht selbst lesen.
link-paste = Fügen Sie den Link ein, den Sie bekommen haben, oder den Teil hinter dem #.
link-field = Link
link-open = Öffnen
reset-title = Neues Passwort wählen
reset-lead = Damit enden alle Ihre Sitzungen, auf allen Geräten.
reset-set = Passwort setzen
reset-done-title = Passwort geändert
reset-done-text = Alle Ihre Sitzungen wurden beendet. Melden Sie sich mit dem neuen Passwort an.
reset-sign-in = Melden Sie sich mit Ihrem neuen Passwort an.
reset-gone-title = Dieser Link gilt nicht mehr
reset-gone-text = Er wurde benutzt, durch einen neueren ersetzt oder ist älter als 30 Minuten.
reset-gone-again = Neuen Link senden
unlock-title = Anmelden, obwohl andere raten
unlock-lead = An Ihrem Konto wurden falsche Passwörter probiert. Drücken Sie den Knopf, dann müssen Sie in diesem Browser und in diesem Netz nicht darauf warten.
unlock-let-in = Einlassen
unlock-sign-in = Sie können sich jetzt mit Ihrem Passwort anmelden.
unlock-gone-title = Dieser Link gilt nicht mehr
unlock-gone-text = Wenn Sie noch warten müssen, fordern Sie ein neues Passwort an: Auch damit kommen Sie hinein.
unlocked-title = Sie können sich jetzt anmelden
unlocked-lead = Melden Sie sich als { $email } mit Ihrem Passwort an, in diesem Browser oder aus diesem Netz: Versuche anderer lassen Sie nie warten.
unlocked-doubt = Kennen andere Ihr Passwort, oder haben Sie es vergessen?
unlocked-reset = Neues Passwort wählen (innerhalb von 30 Minuten)
verify-title = Adresse bestätigen
verify-lead = Bestätigen Sie, dass das Postfach Ihnen gehört, an das dieser Link ging. Wenn Sie ihn nicht angefordert haben, schließen Sie diese Seite.
verify = Adresse bestätigen
verify-done-title = Adresse bestätigt
verify-done-text = { $email } ist bestätigt.
verify-sign-in = Ihre Adresse ist bestätigt. Melden Sie sich an, um weiterzumachen.
verify-taken-title = Adresse vergeben
verify-taken-text = Inzwischen hat ein anderes Konto diese Adresse.
verify-gone-title = Dieser Link gilt nicht mehr
verify-gone-text = Er wurde benutzt, durch einen neueren ersetzt oder ist älter als 24 Stunden.
invite-title = { $organisation } beitreten
invite-lead = Die Einladung gilt für { $email }, mit der Rolle { $role }.
invite-join = { $organisation } beitreten
invite-password = Passwort Ihres Kontos
invite-choose = Passwort wählen
invite-wrong-password = Das ist nicht das Passwort Ihres Kontos.
invite-not-its-password = Das ist nicht das Passwort des Kontos. Versuchen Sie es noch einmal, oder wählen Sie ein neues Passwort.
invite-unproven = Es gibt ein Konto mit dieser Adresse, und die Adresse wurde nie bestätigt. Geben Sie sein Passwort ein, um es zu behalten, oder wählen Sie ein neues: Es ersetzt das alte und beendet die Sitzungen des Kontos, seine Verknüpfungen mit anderen Ausstellern und die API-Schlüssel, die es angelegt hat.
invite-unproven-without = Es gibt ein Konto mit dieser Adresse, und die Adresse wurde nie bestätigt. Wenn Sie sich damit anmelden können, tun Sie das zuerst und öffnen den Link dann noch einmal. Oder wählen Sie ein Passwort: Damit enden die Sitzungen des Kontos, seine Verknüpfungen mit anderen Ausstellern und die API-Schlüssel, die es angelegt hat.
invite-keep = Das Konto behalten, wie es ist
invite-or-new = Oder ein neues Passwort wählen
invite-replace = Passwort ersetzen und beitreten
invite-set = Passwort setzen und beitreten
invite-done-title = Willkommen bei { $organisation }
invite-done-text = Sie sind mit der Rolle { $role } beigetreten und hier angemeldet.
invite-done-on = Zur Übersicht
invite-gone-title = Dieser Link gilt nicht mehr
invite-gone-text = Bitten Sie die Person, die Sie eingeladen hat, um einen neuen.
invite-gone-from = Die Einladung zu { $organisation } wurde benutzt, zurückgezogen oder ist zu alt. Bitten Sie einen Admin dort um eine neue.
invite-unconfirmed-title = Nicht mehr bestätigt
invite-other-title = Für eine andere Adresse
invite-other-lead = Sie sind mit einer anderen Adresse angemeldet als der, die zu { $organisation } eingeladen ist. Die Einladung bleibt gültig.
invite-other-mine = Angemeldet als
invite-other-invited = Eingeladen
invite-other-switch = Abmelden und die Einladung noch einmal öffnen
invite-other-stay = Angemeldet bleiben
error-invitation-unconfirmed = Das Mitglied, das diese Einladung geschickt hat, darf nicht mehr in diese Organisation einladen. Bitten Sie einen ihrer Admins, sie noch einmal zu schicken.
error-seats-taken = In der Organisation ist kein Platz mehr frei. Fragen Sie einen ihrer Admins.
setup-title = Einrichten
setup-lead = Legen Sie den ersten Administrator dieser Installation und seine Organisation an. Dieser Link gilt einmal.
setup = Administrator anlegen
setup-gone-title = Dieser Link gilt nicht mehr
setup-gone-text = Er wurde benutzt oder ist älter als 30 Minuten. Einen neuen gibt { $command }.
first-key-title = Ihr erster Schlüssel
first-key-lead = { $email } ist Administrator von { $organisation } und hier angemeldet. Dieser Schlüssel liest nur und ändert nichts.
first-key-test = TEST
first-key-once = Wird nur dieses eine Mal gezeigt. Bewahren Sie ihn jetzt auf.
first-key-try = Ausprobieren
first-key-on = Aufbewahrt: zur Übersicht
first-key-osmedeus = API-Schlüssel für Osmedeus-Clients
mailbox-title = Abgefangene Mails
mailbox-lead = Ohne Mailserver bleiben Mails hier, im Arbeitsspeicher. Verschickt werden sie mit der Einstellung
mailbox-empty = Noch keine Mail
mailbox-empty-text = Laden Sie zum Beispiel eine Person ein.
mailbox-subject = Betreff
mailbox-to = An
mailbox-time = Zeit
mailbox-open-link = Link in der Mail öffnen
mailbox-as-html = So sieht sie der Empfänger
