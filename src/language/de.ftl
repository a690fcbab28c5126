### Die Texte der Seiten auf Deutsch. Jede Seite hat ihren eigenen Abschnitt und Präfix.

## Alle Seiten

skip-to-content = Zum Inhalt springen
menu = Menü
menu-choose-organisation = Organisationen
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
way-back = Zurück zu { $name }
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
my-organisations-since = Beigetreten
my-organisations-leave = Verlassen
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
sign-in-unproven-link = Mail erneut senden
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
verify-again-lead = Wir senden Ihnen den Link erneut. Der vorige gilt dann nicht mehr.
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
link-no-script = In diesem Browser sind Skripte abgeschaltet. Deshalb kann die Seite den Link nicht selbst lesen.
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
unlock-title = Anmelden trotz falscher Versuche anderer
unlock-lead = An Ihrem Konto wurden falsche Passwörter probiert. Drücken Sie den Knopf: In diesem Browser und in diesem Netz müssen Sie dann ihretwegen nicht mehr warten.
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
invite-unconfirmed-title = Diese Einladung muss erneut gesendet werden
invite-other-title = Für eine andere Adresse
invite-other-lead = Sie sind mit einer anderen Adresse angemeldet als der, die zu { $organisation } eingeladen ist. Die Einladung bleibt gültig.
invite-other-mine = Angemeldet als
invite-other-invited = Eingeladen
invite-other-switch = Abmelden und die Einladung noch einmal öffnen
invite-other-stay = Angemeldet bleiben
error-invitation-unconfirmed = Das Mitglied, das diese Einladung geschickt hat, darf nicht mehr in diese Organisation einladen. Bitten Sie einen ihrer Admins, sie erneut zu senden.
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
mailbox-lead = Ohne Mailserver bleiben Mails hier, im Arbeitsspeicher. Damit sie verschickt werden, setzt der Betreiber
mailbox-empty = Noch keine Mail
mailbox-empty-text = Laden Sie zum Beispiel eine Person ein.
mailbox-subject = Betreff
mailbox-to = An
mailbox-time = Zeit
mailbox-open-link = Link in der Mail öffnen
mailbox-as-html = So sieht sie der Empfänger

## API-Schlüssel

keys-title = API-Schlüssel
keys-lead = Für Skripte, CI und Server. Jeder Schlüssel gehört { $organisation } und keiner Person, und er lässt sich ohne Unterbrechung erneuern.
keys-environments = Umgebung
keys-live = Live
keys-test = Test
keys-test-mark = TEST
keys-test-lead = Testschlüssel können alles ansehen, was ihre Rolle sehen darf, und nichts ändern.
keys-create = Schlüssel anlegen
keys-create-first = Den ersten Schlüssel anlegen
keys-create-lead = Das Geheimnis wird einmal gezeigt, auf der nächsten Seite. Was ein Schlüssel darf, ändert sich später nicht; sein Name schon.
keys-empty = Noch keine Schlüssel
keys-empty-text = Mit einem Schlüssel ruft ein Programm die API auf: ein Skript, ein Build, ein anderer Server. Das Programm schickt ihn mit jeder Anfrage:
keys-empty-test-text = Mit einem Testschlüssel probieren Sie die API aus, ohne etwas zu ändern. Ein Programm schickt ihn mit jeder Anfrage:
keys-empty-ask = Ein Admin der Organisation kann einen anlegen.
keys-search = Name oder Schlüssel
keys-state = Status
keys-filter = Filtern
keys-filter-clear = Filter aufheben
keys-choice-all = Alle
keys-choice-active = Aktiv
keys-choice-expiring = Läuft in 14 Tagen ab
keys-choice-stale = Seit 90 Tagen ungenutzt
keys-choice-expired = Abgelaufen
keys-choice-revoked = Widerrufen
keys-none-match = Kein Treffer
keys-none-match-text = Zu diesen Filtern gibt es in dieser Umgebung keinen Schlüssel. Suchen Sie nach etwas anderem, oder heben Sie die Filter auf.
keys-name = Name
keys-name-hint = Wer oder was ihn benutzt, zum Beispiel „Deploy-Bot“.
keys-key = Schlüssel
keys-may = Darf
keys-all-of-role = alles dieser Rolle
keys-nothing = nichts
keys-last-used = Zuletzt benutzt
keys-never-used = Nie
keys-actions = Aktionen
keys-actions-of = Aktionen für { $name }
keys-rotate = Erneuern
keys-change = Umbenennen
keys-revoke = Widerrufen
keys-verify = Prüfen Sie einen Schlüssel in Ihrem eigenen Dienst:
keys-badge-active = Aktiv
keys-badge-expires = Läuft { $when } ab
keys-badge-stale = Ungenutzt
keys-badge-rotating = Wird erneuert
keys-badge-expired = Abgelaufen am { $when }
keys-badge-revoked = Widerrufen am { $when }
keys-soon = { $name } läuft { $when } ab.
keys-soon-advice = Erneuern ändert nicht, wann der Schlüssel abläuft. Legen Sie rechtzeitig einen Nachfolger an: Er darf dasselbe und hat ein eigenes Ablaufdatum.
keys-soon-link = Nachfolger von { $name } anlegen
keys-stale-title = Ungenutzt.
keys-stale-text = Seit mindestens 90 Tagen hat nichts diesen Schlüssel benutzt. Wenn Sie ihn nicht brauchen, widerrufen Sie ihn.
keys-environment = Umgebung
keys-live-hint = Arbeitet mit echten Daten.
keys-test-hint = Liest und ändert nichts. Zum Ausprobieren.
keys-role = Rolle
keys-role-hint-viewer = Liest.
keys-role-hint-member = Schreibt auch, was zum Produkt gehört.
keys-role-hint-admin = Liest auch das Protokoll. Menschen und Schlüssel verwalten nur Menschen.
keys-permissions = Berechtigungen
keys-extent-all = Alle, die die Rolle Schlüsseln gibt
keys-extent-all-hint = Berechtigungen, die die Rolle später bekommt, gehören dazu.
keys-extent-some = Nur einige davon
keys-extent-some-hint = Je weniger ein Schlüssel darf, desto weniger geht mit ihm verloren.
keys-from-role-viewer = jede Rolle
keys-from-role-member = ab Mitglied
keys-from-role-admin = nur Admin
keys-permissions-beyond = Ein Schlüssel mit der Rolle { $role } kann { $permissions } nicht haben. Wählen Sie eine andere Rolle, oder wählen Sie diese Berechtigungen ab.
keys-expires = Läuft ab
keys-expires-days = Nach { $days } Tagen
keys-expires-date = Am Ende eines Tages, den Sie wählen
keys-expires-on = Letzter Tag
keys-expires-on-hint = Der Schlüssel gilt bis zum Ende dieses Tages (UTC).
keys-expires-never = Nie
keys-expires-never-hint = Ein Schlüssel ohne Ende wird leicht vergessen.
keys-cancel = Abbrechen
keys-save = Speichern
keys-secret-title = Das Geheimnis von { $name }
keys-secret-rotated = Der Schlüssel hat ein neues Geheimnis. Das alte endet
keys-secret-replaced = Der Schlüssel hat ein neues Geheimnis. Das alte gilt nicht mehr.
keys-secret-once = Kopieren Sie es jetzt: Es wird nicht noch einmal gezeigt.
keys-secret-once-text = Oskar behält nur eine Prüfsumme davon. Wenn es verloren geht, erneuern Sie den Schlüssel.
keys-secret-use = So benutzen Sie es
keys-secret-stored = Ich habe es gesichert
keys-copy-curl = Befehl kopieren
keys-copy-env = Datei kopieren
keys-copy-ts = Code kopieren
keys-copy-id = Kopieren
keys-created = Angelegt
keys-created-by-none = auf der Befehlszeile oder von einem Konto, das es nicht mehr gibt
keys-revoked-at = Widerrufen
keys-reason = Grund
keys-id = Id
keys-external-id = Externe Id
keys-external-id-hint = Wie Ihr eigenes System diesen Schlüssel nennt. Keine zwei Schlüssel haben dieselbe. Darf leer bleiben.
keys-rotating = Wird erneuert.
keys-rotating-text = Das neue Geheimnis gilt. Das alte endet
keys-unused-title = Nie benutzt
keys-unused-text = Probieren Sie ihn aus: Die Antwort sagt, wer der Schlüssel ist und was er darf.
keys-events = Was geschehen ist
keys-events-none = Das Protokoll weiß nichts mehr von diesem Schlüssel.
keys-events-all = Alle Ereignisse dieses Schlüssels
keys-revoke-hint = Sofort und endgültig. Was den Schlüssel benutzt, wird von da an abgewiesen.
keys-revoke-key = Schlüssel widerrufen
keys-revoke-title = { $name } widerrufen?
keys-revoke-lead = Der Schlüssel gilt sofort nicht mehr, mit beiden Geheimnissen, wenn er gerade erneuert wird. Das lässt sich nicht rückgängig machen. Der Schlüssel bleibt in der Liste.
keys-revoke-reason = Grund (freiwillig)
keys-revoke-reason-hint = Die Seite des Schlüssels und das Protokoll zeigen ihn, zum Beispiel „in einem öffentlichen Repository gefunden“.
keys-revoked = { $name } ist widerrufen.
keys-changed = { $name } wurde gespeichert.
keys-change-title = Schlüssel umbenennen
keys-change-lead = Was ein Schlüssel darf, ändert sich nie: Legen Sie dafür einen anderen an.
keys-rotate-title = { $name } erneuern
keys-rotate-key = Schlüssel erneuern
keys-rotate-lead = Der Schlüssel bekommt ein neues Geheimnis. Id, Name und Berechtigungen bleiben gleich.
keys-rotate-keeps-end = auch das neue Geheimnis endet dann
keys-overlap = Wie lange gilt das alte Geheimnis noch?
keys-overlap-week = 7 Tage
keys-overlap-week-hint = Für Programme, die Sie nicht sofort ändern können.
keys-overlap-day = 24 Stunden
keys-overlap-day-hint = Genug, um das neue Geheimnis ohne Lücke zu verteilen.
keys-overlap-hour = 1 Stunde
keys-overlap-hour-hint = Für ein oder zwei Programme, die Sie jetzt gleich ändern.
keys-overlap-none = Gar nicht
keys-overlap-none-hint = Das alte Geheimnis wird sofort abgewiesen. Richtig, wenn andere es kennen könnten.
error-key-ended-title = Dieser Schlüssel gilt nicht mehr
error-key-ended = Der Schlüssel ist widerrufen oder abgelaufen. Legen Sie einen neuen an.
error-external-id-taken = Ein anderer Schlüssel der Organisation hat diese externe Id.

## Berechtigungen

permissions-title = Was jede Rolle darf
permissions-link = Was darf jede Rolle?
permissions-link-new-tab = Was darf jede Rolle? (öffnet einen neuen Tab)
permissions-lead = Eine Rolle ist eine Menge von Berechtigungen. Auch ein API-Schlüssel hat eine Rolle, aber nur die ihrer Berechtigungen, die Schlüssel benutzen dürfen.
permissions-own = Vom Produkt
permissions-own-sentence = eine Berechtigung des Produkts
permissions-built-in = Eingebaut
permissions-permission = Berechtigung
permissions-keys = API-Schlüssel
permissions-yes = ja
permissions-no = nein
permissions-keys-may = dürfen
permissions-keys-may-not = dürfen nicht
permission-org-read = Name und Kurzname der Organisation sehen.
permission-org-leave = Die Organisation verlassen.
permission-members-read = Die Mitglieder und ihre Rollen auflisten.
permission-keys-read = Die API-Schlüssel auflisten, ohne ihre Geheimnisse.
permission-credentials-verify = Zugangsdaten der Organisation prüfen, die andere vorlegen.
permission-events-read = Das Protokoll lesen.
permission-org-update = Name und Kurzname der Organisation ändern.
permission-org-delete = Die Organisation löschen, mit allem, was ihr gehört.
permission-members-manage = Rollen ändern und Mitglieder entfernen.
permission-invitations-manage = Menschen einladen, und Einladungen sehen und zurückziehen.
permission-keys-manage = API-Schlüssel anlegen, umbenennen, erneuern und widerrufen.
permission-sessions-manage = Die Sitzungen eines Mitglieds beenden.

## Ereignisse in Worten: `event-<Typ>`; siehe src/web/event_words.rs

event-other = { $actor }: { $type }
event-actor-anonymous = Ein unbekannter Client
event-actor-cli = Die Befehlszeile
event-actor-system = Oskar
event-actor-deleted = Ein gelöschtes Konto
event-by-user = Benutzer
event-by-api-key = API-Schlüssel
event-by-anonymous = Nicht angemeldet
event-by-cli = Befehlszeile
event-by-system = System
event-target-user = Konto …{ $id }
event-target-api-key = Schlüssel …{ $id }
event-target-organisation = Organisation …{ $id }
event-target-session = Sitzung …{ $id }
event-target-invitation = Einladung …{ $id }
event-target-signing-key = Signaturschlüssel …{ $id }
event-yes = ja
event-no = nein
event-member-algorithm = Algorithmus
event-member-code = Code
event-member-count = Wie oft
event-member-created-by = Angelegt von
event-member-email = E-Mail-Adresse
event-member-environment = Umgebung
event-member-expires-at = Läuft ab
event-member-external-id = Externe Id
event-member-hint = Schlüssel
event-member-imported = Importiert
event-member-in-place-of = Anstelle von
event-member-invited-by = Eingeladen von
event-member-issuer = Aussteller
event-member-last-used-at = Zuletzt benutzt
event-member-mailed = Per Mail gesendet
event-member-metadata = Metadaten
event-member-metadata-changed = Geänderte Metadaten
event-member-method = Methode
event-member-most = Höchstens
event-member-name = Name
event-member-network = Netz
event-member-operator = Betreiber
event-member-organisations = Organisationen
event-member-overlap-seconds = Altes Geheimnis gilt noch, in Sekunden
event-member-permission = Berechtigung
event-member-reason = Grund
event-member-registered-at = Registriert
event-member-replaced = Ersetzt
event-member-revoked-at = Widerrufen
event-member-role = Rolle
event-member-scope = Umfang
event-member-sessions-ended = Beendete Sitzungen
event-member-slug = Kurzname
event-member-subject = Kennung beim Aussteller
event-member-username = Benutzername
event-user-created = Das Konto von { $target } wurde angelegt.
event-user-updated = { $actor } hat das Konto von { $target } geändert{ $changed ->
    [none] .
   *[other] : { $changed }.
}
event-user-email-verified = Die E-Mail-Adresse von { $target } wurde bestätigt.
event-user-email-change-requested = { $actor } möchte die E-Mail-Adresse ändern.
event-user-email-changed = Die E-Mail-Adresse von { $target } wurde geändert.
event-user-password-changed = { $actor } hat das Passwort geändert.
event-user-password-reset = Das Passwort von { $target } wurde neu gesetzt.
event-user-password-change-required = { $target } muss bei der nächsten Anmeldung das Passwort ändern.
event-user-password-link-issued = { $actor } hat für { $target } einen Link zur Wahl eines Passworts ausgestellt.
event-user-unlocked = { $target } kann sich nach falschen Passwörtern wieder anmelden.
event-user-disabled = { $actor } hat das Konto von { $target } gesperrt.
event-user-enabled = { $actor } hat das Konto von { $target } wieder freigegeben.
event-user-deleted = { $reason ->
    [address_not_proven] Das Konto von { $target } wurde gelöscht: Die Adresse wurde nicht rechtzeitig bestätigt.
   *[other] Das Konto von { $target } wurde gelöscht.
}
event-identity-linked = { $target } kann sich über { $issuer } anmelden.
event-identity-unlinked = { $target } kann sich nicht mehr über { $issuer } anmelden.
event-session-started = { $issuer ->
    [none] { $actor } hat sich angemeldet.
   *[other] { $actor } hat sich über { $issuer } angemeldet.
}
event-session-renewed = { $actor } hat sich noch einmal ausgewiesen.
event-session-ended = { $scope ->
    [organisation] { $actor } hat die Sitzungen von { $target } in der Organisation beendet.
    [account] { $actor } hat Sitzungen des Kontos beendet: { $sessions_ended ->
        [none] alle
       *[other] { $sessions_ended }
    }.
   *[other] { $reason ->
        [replaced] Eine Sitzung endete, weil sich derselbe Browser neu angemeldet hat.
        [too_many] Die älteste Sitzung endete, weil es zu viele waren.
       *[other] { $actor } hat eine Sitzung beendet.
    }
}
event-session-refresh-reused = Ein Refresh-Token wurde zweimal benutzt, was nach Diebstahl aussieht. Die Sitzung wurde beendet.
event-sign-in-failed = { $count ->
    [one] Eine Anmeldung von { $target } ist fehlgeschlagen
   *[other] { $count } Anmeldungen von { $target } sind fehlgeschlagen
}{ $network ->
    [none] .
   *[other] , aus { $network }.
}
event-organisation-created = { $actor } hat die Organisation { $name } angelegt.
event-organisation-updated = { $actor } hat die Organisation geändert: { $changed }.
event-organisation-deleted = { $actor } hat die Organisation { $name } gelöscht.
event-member-added = { $target } ist beigetreten, Rolle: { $role }.
event-member-role-changed = { $actor } hat die Rolle von { $target } von { $previous_role } zu { $role } geändert.
event-member-removed = { $actor } hat { $target } aus der Organisation entfernt.
event-member-left = { $target } hat die Organisation verlassen.
event-invitation-created = { $actor } hat { $target } eingeladen, Rolle: { $role }.
event-invitation-resent = { $actor } hat die Einladung von { $target } erneut gesendet.
event-invitation-withdrawn = { $actor } hat die Einladung von { $target } zurückgezogen.
event-invitation-accepted = { $actor } hat die Einladung angenommen, Rolle: { $role }.
event-key-created = { $actor } hat den API-Schlüssel { $name } angelegt.
event-key-updated = { $actor } hat den API-Schlüssel { $target } geändert: { $changed }.
event-key-rotated = { $actor } hat dem API-Schlüssel { $target } ein neues Geheimnis gegeben.
event-key-revoked = { $reason ->
    [none] { $actor } hat den API-Schlüssel { $target } widerrufen.
   *[other] { $actor } hat den API-Schlüssel { $target } widerrufen: „{ $reason }“.
}
event-key-deleted = Der API-Schlüssel { $name } wurde lange nach seinem Ende gelöscht.
event-access-denied = { $permission ->
    [none] { $actor } wurde abgewiesen: Es fehlt die Rolle { $role }
   *[other] { $actor } wurde abgewiesen: Es fehlt die Berechtigung { $permission }
}{ $count ->
    [one] .
   *[other] , { $count }-mal.
}
event-setup-link-issued = Ein Link zum Anlegen des ersten Administrators wurde ausgestellt.
event-setup-done = Der erste Administrator, { $target }, wurde angelegt.
event-settings-changed = Ein Server startete mit anderen Einstellungen: { $changed }.
event-signing-key-created = Ein Schlüssel zum Signieren von Zugriffstokens wurde erzeugt ({ $algorithm }).
event-signing-key-rotated = Der Schlüssel, der Zugriffstokens signiert, bekommt einen Nachfolger ({ $algorithm }).
event-signing-key-exported = { $actor } hat gemeinsame Signaturschlüssel exportiert.
event-master-secret-reencrypted = Signaturschlüssel wurden unter dem aktuellen Hauptgeheimnis verschlüsselt.
event-master-secret-rotated = Das Hauptgeheimnis wurde ersetzt.

## Seiten einer Organisation: was mehrere von ihnen sagen

cancel = Abbrechen
save = Speichern
filter = Filtern
filter-clear = Filter aufheben
actions = Aktionen
actions-for = Aktionen für { $name }
user-state-active = Aktiv
user-state-disabled = Gesperrt
role-may-admin = Verwaltet Mitglieder, Einladungen, API-Schlüssel und Einstellungen und liest das Protokoll.
role-may-member = Liest und schreibt, was zum Produkt gehört, und sieht die API-Schlüssel.
role-may-viewer = Sieht die Organisation und ihre Mitglieder und ändert nichts.

## Übersicht einer Organisation

steps-title = Erste Schritte
steps-done = { $done } von { $all }
steps-dismiss = In diesem Browser ausblenden
steps-is-done = Erledigt:
steps-is-open = Offen:
steps-got-it = Angekommen: { $name } hat die API aufgerufen,
step-administrator = Es gibt einen Administrator
step-first-call = Erster Aufruf der API
step-hint-first-call = Legen Sie einen Schlüssel an und senden Sie eine Anfrage damit. Das Häkchen erscheint von selbst, sobald sie ankommt.
step-button-first-call = Schlüssel anlegen
step-invite = Jemanden einladen
step-hint-invite = Nicht alles sollte an einer Person hängen.
step-button-invite = Einladen
step-mail = Mail einrichten
step-hint-mail = Bis dahin bleiben Mails auf diesem Rechner. Der Betreiber setzt mail.smtp_url.
step-public-url = Öffentliche Adresse setzen
step-hint-public-url = Dorthin führen die Links in Mails. Der Betreiber setzt public_url.
overview-no-mail = Dieser Server verschickt keine Mails: Einladungen können nicht hinausgehen. Der Betreiber setzt mail.smtp_url.
overview-mail-captured = { $count ->
    [one] Eine Einladung wartet, und ihre Mail hat diesen Rechner nicht verlassen: Mail ist nicht eingerichtet.
   *[other] { $count } Einladungen warten, und ihre Mails haben diesen Rechner nicht verlassen: Mail ist nicht eingerichtet.
}
overview-key-expires = { $name } läuft ab:
overview-key-see = { $name } ansehen
overview-members = { $count ->
    [one] aktives Mitglied
   *[other] aktive Mitglieder
}
overview-keys = { $count ->
    [one] aktiver API-Schlüssel
   *[other] aktive API-Schlüssel
}
overview-expires-first = Läuft zuerst ab: { $name }
overview-invitations = { $count ->
    [one] offene Einladung
   *[other] offene Einladungen
}
overview-sign-ins = Anmeldungen der letzten 30 Tage
overview-sign-ins-none = Es gab keine.
overview-sign-ins-text = { $count ->
    [one] Eine Anmeldung.
   *[other] { $count } Anmeldungen, höchstens { $most } an einem Tag.
}
overview-as-table = Als Tabelle
overview-day = Tag (UTC)
overview-sign-ins-column = Anmeldungen
overview-events = Letzte Ereignisse

## Mitglieder

members-title = Mitglieder
members-lead = Die Menschen in dieser Organisation.
members-what-roles-may = Was jede Rolle darf
members-tabs = Mitglieder und Einladungen
members-search = Name oder E-Mail-Adresse
members-role = Rolle
members-any-role = Jede Rolle
members-state = Status
members-any-state = Jeder Status
members-name = Name
members-joined = Dabei seit
members-you = (Sie)
members-none = Kein Treffer
members-none-text = Zu diesen Filtern gibt es kein Mitglied. Suchen Sie nach etwas anderem, oder heben Sie die Filter auf.
members-just-you = Bisher sind nur Sie hier.
member-change-role = Rolle ändern
member-end-sessions = Sitzungen beenden
member-remove = Entfernen
member-role-title = Rolle von { $name }
member-role = Rolle
member-role-now = jetzt
member-role-loses = { $count ->
    [one] Nimmt eine Berechtigung weg
   *[other] Nimmt { $count } Berechtigungen weg
}
member-role-changed = { $name } hat jetzt die Rolle { $role }.
member-last-admin = { $name } ist der letzte Admin. Eine Organisation braucht einen: Machen Sie zuerst ein anderes Mitglied zum Admin.
member-back = Zurück zu den Mitgliedern
member-remove-title = { $name } entfernen?
member-remove-text = { $name } verliert sofort den Zugang zu { $organisation }. Das Konto bleibt, und API-Schlüssel, die { $name } angelegt hat, gelten weiter.
member-remove-button = Entfernen
member-removed = { $name } wurde entfernt.
member-end-sessions-title = Sitzungen von { $name } beenden?
member-end-sessions-text = { $name } wird in { $organisation } auf jedem Gerät abgemeldet und muss sich neu anmelden. Andere Organisationen merken nichts davon.
member-end-sessions-button = Sitzungen beenden
member-sessions-ended = Die Sitzungen von { $name } sind hier beendet.

## Einladungen

invitations-title = Einladungen
invitations-lead = Wer eingeladen wurde. Ein Link gilt sieben Tage, und nur für die Adresse, an die er ging.
invite-people = Einladen
invitations-email = E-Mail-Adresse
invitations-state = Status
invitations-sent = Eingeladen
invitations-expires = Läuft ab
invitations-none = Keine offenen Einladungen
invitations-none-text = Eingeladene bekommen eine Mail mit einem Link zum Beitreten.
invitations-none-such = Kein Treffer
invitations-none-such-text = Keine Einladung hat diesen Status.
invitation-state-waiting = Wartet auf Antwort
invitation-state-open = Offen
invitation-state-unconfirmed = Erneut zu senden
invitation-state-accepted = Angenommen
invitation-state-expired = Abgelaufen
invitation-state-withdrawn = Zurückgezogen
delivery-pending = Mail ist unterwegs
delivery-sent = Mail gesendet
delivery-dropped = Mail nicht gesendet
delivery-dead = Mail gescheitert
invitation-resend = Erneut senden
invitation-resend-title = Einladung von { $email } erneut senden?
invitation-resend-text = { $email } bekommt eine neue Mail. Der Link in der vorigen gilt dann nicht mehr; der neue gilt sieben Tage.
invitation-resend-button = Erneut senden
invitation-resent = Die Einladung von { $email } wurde erneut gesendet.
invitation-withdraw = Zurückziehen
invitation-withdraw-title = Einladung von { $email } zurückziehen?
invitation-withdraw-text = Der Link, den { $email } bekommen hat, gilt ab sofort nicht mehr.
invitation-withdraw-button = Zurückziehen
invitation-withdrawn = Die Einladung von { $email } wurde zurückgezogen.
invitation-sent = { $email } wurde eingeladen.
invitations-sent-all = { $count } Personen wurden eingeladen.
invite-people-lead = Jede Person bekommt eine Mail mit einem Link zum Beitreten. Ist eine Adresse falsch, wird keine Einladung gesendet.
invite-emails = E-Mail-Adressen
invite-emails-hint = Eine je Zeile, oder durch Kommas getrennt: höchstens 50.
invite-send = Einladungen senden
invite-none-sent = Es wurde keine Einladung gesendet.
invite-needs-proof = Um Admins einzuladen, bestätigen Sie bitte erst, dass Sie es sind. Ihre Eingaben bleiben hier stehen: Kommen Sie zu diesem Tab zurück und senden Sie sie noch einmal.
invite-prove = In neuem Tab bestätigen
invite-no-address = { $email } ist keine E-Mail-Adresse.
invite-is-member = { $email } ist schon Mitglied.
error-already-member = Eine dieser Personen ist schon Mitglied.
error-last-admin = Eine Organisation braucht einen Admin: Machen Sie zuerst ein anderes Mitglied zum Admin.
error-mail-unavailable = Dieser Server verschickt keine Mails, also können Einladungen nicht hinausgehen. Fragen Sie den Betreiber.
error-invitation-ended = Diese Einladung wurde schon angenommen oder zurückgezogen.
error-too-many-invitations = Das sind zu viele Einladungen für einen Tag. Weitere sind in { $minutes } Min. möglich.
error-too-many-open-invitations = Mehr Einladungen dürfen nicht offen sein. Ziehen Sie zuerst eine zurück.
error-too-many-keys = Die Organisation hat so viele API-Schlüssel, wie sie haben darf. Widerrufen Sie erst einen.
error-too-many-organisations = Sie sind Mitglied in so vielen Organisationen, wie Sie sein dürfen. Verlassen Sie erst eine.

## Einstellungen einer Organisation

organisation-settings-title = Einstellungen
organisation-settings-saved = Die Einstellungen wurden gespeichert.
form-stale = Ein anderer Admin hat das inzwischen geändert. Es wurde nichts gespeichert. Das sind die Werte jetzt; speichern Sie noch einmal, um sie durch Ihre zu ersetzen.
organisation-settings-for-admins = Admins können das ändern.
organisation-slug = Kurzname
organisation-slug-hint = Steht in den Adressen der Seiten und der API. Wenn Sie ihn ändern, führen Links mit dem alten nicht mehr zum Ziel.
organisation-id = Id
organisation-external-id = Externe Id
organisation-created-at = Angelegt
organisation-ways-out = Verlassen oder löschen
organisation-leave = Organisation verlassen
organisation-leave-hint = Sie verlieren den Zugang. Ein Admin kann Sie wieder einladen.
organisation-leave-title = { $name } verlassen?
organisation-leave-text = Sie verlieren sofort den Zugang zu { $name }. Ihr Konto bleibt. Um zurückzukommen, brauchen Sie eine Einladung.
organisation-leave-last-admin = Sie sind der letzte Admin. Machen Sie zuerst ein anderes Mitglied zum Admin, oder löschen Sie die Organisation.
organisation-left = Sie haben { $name } verlassen.
organisation-delete = Organisation löschen
organisation-delete-hint = Mitglieder verlieren den Zugang, und API-Schlüssel gelten nicht mehr. Das lässt sich nicht rückgängig machen.
organisation-delete-title = { $name } löschen?
organisation-delete-text = Alle Mitgliedschaften, Einladungen und API-Schlüssel werden sofort gelöscht, und Programme mit diesen Schlüsseln werden abgewiesen. Die Konten der Mitglieder bleiben. Das lässt sich nicht rückgängig machen.
organisation-delete-type = Geben Sie zur Bestätigung den Namen { $name } ein
organisation-delete-wrong-name = Das ist nicht der Name der Organisation.
organisation-deleted = { $name } wurde gelöscht.
error-slug-taken = Dieser Kurzname ist vergeben oder gehörte einmal einer anderen Organisation.
error-precondition-failed = Das wurde inzwischen geändert.
error-email-unverified = Ihre E-Mail-Adresse ist noch nicht bestätigt. Bestätigen Sie sie zuerst; auf Ihrer Kontoseite können Sie die E-Mail noch einmal anfordern.

## Geräte

device-on = { $program } auf { $system }
device-unknown = Unbekanntes Programm

## Mein Konto: was seine Seiten gemeinsam haben

account-email = E-Mail-Adresse
account-password = Passwort
account-save = Speichern
account-cancel = Abbrechen
error-wrong-password = Dieses Passwort ist falsch.
error-username-taken = Ein anderes Konto hat diesen Benutzernamen.
error-last-way-in = Das ist der einzige Weg, auf dem Sie sich anmelden können. Wählen Sie zuerst ein Passwort.
error-too-many-email-changes = Sie haben heute schon mehrere Adressen angegeben. Versuchen Sie es morgen wieder.

## Bestätigen, dass Sie es sind

confirm-title = Bestätigen Sie, dass Sie es sind
confirm-lead = Was Sie vorhaben, ist heikel, und Ihre Anmeldung ist schon eine Weile her.
confirm-button = Weiter
confirm-without-password = Ihr Konto hat kein Passwort. Melden Sie sich ab und wieder an und kommen Sie dann zurück: Danach werden Sie eine Weile nicht gefragt.
confirm-choose-password = Link zum Wählen eines Passworts anfordern

## Mein Profil

profile-title = Ihr Profil
profile-name = Name
profile-name-hint = Andere in Ihren Organisationen sehen ihn.
profile-sign-in-by = Anmeldung und Konto
profile-verified = bestätigt
profile-unverified = nicht bestätigt
profile-change-email = E-Mail-Adresse ändern
profile-username = Benutzername
profile-choose-username = Benutzernamen wählen
profile-change-username = Benutzernamen ändern
profile-username-lead = Ein kurzer Name, mit dem Sie sich neben der E-Mail-Adresse anmelden können. Eine Mail berichtet Ihnen von der Änderung.
profile-username-hint = Lassen Sie das Feld leer, um keinen zu haben.
profile-id = Benutzer-Id
profile-since = Konto seit
profile-resend = Bestätigungsmail erneut senden
profile-mail-sent = Eine Mail an { $email } ist unterwegs.
profile-saved = Gespeichert.
profile-delete = Konto löschen
profile-delete-text = Ihr Zugang, Ihre Sitzungen und Ihre Mitgliedschaften enden für immer.

## Mein Konto löschen

account-delete-title = Konto löschen
account-delete-what = Das Konto { $email } wird mit seinen Sitzungen und Mitgliedschaften für immer gelöscht. Es gibt keinen Weg zurück.
account-delete-stays = API-Schlüssel bleiben bei ihren Organisationen. Die Protokolle behalten, was Sie getan haben, ohne Ihren Namen.
account-delete-button = Mein Konto löschen
account-delete-last-admin = Sie sind der letzte Admin dieser Organisationen. Machen Sie dort zuerst ein anderes Mitglied zum Admin, oder löschen Sie die Organisation.
account-deleted = Ihr Konto wurde gelöscht.

## Meine Sicherheit

security-title = Sicherheit
security-password-changed = Geändert
security-password-never = Seit dem Anlegen des Kontos nicht geändert.
security-change-password = Passwort ändern
security-no-password = Ihr Konto hat kein Passwort. Melden Sie sich ab und fordern Sie mit „Passwort vergessen?“ eines an.
security-change-email = E-Mail-Adresse ändern
security-identities = Anmeldung über andere Anbieter
security-unlink = Verknüpfung beenden
lately-title = Was zuletzt geschah
lately-quiet = Nichts Ungewöhnliches in den letzten 30 Tagen.
lately-places = { $places } und { $more } weiteren
lately-wrong-passwords = { $count ->
    [one] Eine fehlgeschlagene Anmeldung seit { $since }
   *[other] { $count } fehlgeschlagene Anmeldungen seit { $since }
}
lately-wrong-passwords-from = { $count ->
    [one] Eine fehlgeschlagene Anmeldung seit { $since }, von { $from }
   *[other] { $count } fehlgeschlagene Anmeldungen seit { $since }, von { $from }
}
lately-wrong-passwords-do = Waren Sie das? Dann ist nichts zu tun. Wenn nicht, versuchen andere, Ihr Passwort zu erraten: Ein langes Passwort, das Sie sonst nirgends benutzen, hält sie draußen.
lately-new-devices = Anmeldungen von einem neuen Gerät oder einer neuen Adresse
lately-new-devices-do = Wenn Sie eine davon nicht waren:
lately-end-sessions = Sitzung beenden
weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
password-lead = Alle Ihre anderen Sitzungen enden.
password-current = Aktuelles Passwort
password-chosen = Neues Passwort
password-chosen-hint = Mindestens 12 Zeichen. Ein paar Wörter ohne Zusammenhang sind gut.
password-changed = Das Passwort wurde geändert. Ihre anderen Sitzungen wurden beendet.
email-lead = Sie melden sich mit { $email } an, bis Sie den Link geöffnet haben, der an die neue Adresse geht. Dann enden alle Ihre anderen Sitzungen.
email-new = Neue E-Mail-Adresse
email-new-hint = Sie bekommt eine Mail mit einem Link, der 24 Stunden lang gilt.
email-send = Link senden
email-asked = Ein Link an { $email } ist unterwegs. Bis Sie ihn öffnen, ändert sich nichts.
email-no-mail = Dieser Server verschickt keine Mails, die Adresse lässt sich also nicht bestätigen. Bitten Sie den Betreiber, sie zu ändern.
unlink-title = Verknüpfung beenden
unlink-text = Sie melden sich nicht mehr über { $issuer } an. Sitzungen, die dort begonnen wurden, enden.
identity-unlinked = Die Verknüpfung mit { $issuer } wurde beendet.

## Meine Sitzungen

sessions-title = Sitzungen
sessions-lead = Wo Sie angemeldet sind.
sessions-device = Gerät
sessions-ip = IP-Adresse
sessions-created = Angemeldet
sessions-seen = Zuletzt gesehen
sessions-action = Aktion
sessions-current = diese hier
sessions-end = Beenden
sessions-end-title = Sitzung beenden
sessions-end-text = Dieses Gerät wird sofort abgemeldet.
sessions-end-this = Das ist die Sitzung, die Sie gerade benutzen: Sie werden abgemeldet.
sessions-ended = Die Sitzung wurde beendet.
sessions-end-others = Überall sonst abmelden
sessions-end-others-text = Alle anderen Geräte werden sofort abgemeldet. Hier bleiben Sie angemeldet.
sessions-others-ended = Sie sind nur noch auf diesem Gerät angemeldet.
sessions-only = Sie sind nur auf diesem Gerät angemeldet.

## Was mit meinem Konto geschah

activity-title = Kontoaktivität
activity-lead = Anmeldungen, Änderungen von Passwort und Adresse, und was Betreiber an Ihrem Konto getan haben.
activity-all = Alle Aktivitäten ansehen

## Protokoll

audit-title = Protokoll
audit-lead = Wer in { $name } wann was getan hat.
audit-export-csv = CSV exportieren
audit-export-ndjson = NDJSON exportieren
audit-time = Zeit
audit-what = Was geschah
audit-actor = Wer
audit-where = Woher
audit-type = Ereignis
audit-type-all = Alle Ereignisse
audit-filter-actor = Wer (Id)
audit-filter-target = Betrifft (Id)
audit-filter-from = Ab Tag
audit-filter-to = Bis Tag
audit-filter = Filtern
audit-clear = Filter aufheben
audit-empty = Kein Treffer
audit-empty-text = Kein Ereignis passt zu diesen Filtern.
audit-none = Noch ist nichts geschehen
audit-none-text = Was Mitglieder und Schlüssel in der Organisation tun, wird hier aufgeschrieben.
audit-live = Live
audit-live-on = Neue Ereignisse erscheinen von selbst.
audit-live-paused = Angehalten.
audit-live-lost = Die Verbindung ist verloren. Laden Sie die Seite neu.
audit-live-one = 1 neues Ereignis
audit-live-many = COUNT neue Ereignisse
audit-pause = Anhalten
audit-resume = Fortsetzen
audit-days-utc = Tage und Zeiten sind in UTC.
audit-event-id = Id des Ereignisses
audit-about = Betrifft
audit-device = Gerät
audit-request = Anfrage
audit-by-this = Alle Ereignisse dieses Akteurs
audit-about-this = Alle Ereignisse, die dies betreffen
audit-changes = Was sich geändert hat
audit-member = Feld
audit-before = Vorher
audit-after = Nachher
audit-details = Einzelheiten
audit-json = Als JSON, wie in der API
