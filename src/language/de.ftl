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
my-organisations-since = Beigetreten
my-organisations-leave = Verlassen
organisation-create-title = Organisation anlegen
organisation-create-lead = Sie werden ihr Admin und können andere einladen.
organisation-create = Organisation anlegen
organisation-name = Name
organisation-name-hint = Zum Beispiel der Name Ihrer Firma oder Ihres Teams.
organisation-created = { $name } wurde angelegt.

## Ereignisse in Worten: `event-<Typ>`; siehe src/web/event_words.rs

event-other = { $actor }: { $type }
event-actor-anonymous = Ein unbekannter Client
event-actor-cli = Die Befehlszeile
event-actor-system = Oskar
event-actor-deleted = Ein gelöschtes Konto
event-by-user = Person
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
event-member-created-by = Erstellt von
event-member-email = E-Mail-Adresse
event-member-environment = Umgebung
event-member-expires-at = Läuft ab
event-member-external-id = Externe Kennung
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
event-member-subject = Subjekt
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
event-key-created = { $actor } hat den API-Schlüssel { $name } erstellt.
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
confirm-choose-password = Ein Passwort per Mail wählen

## Mein Profil

profile-title = Ihr Profil
profile-name = Name
profile-name-hint = Andere in Ihren Organisationen sehen ihn.
profile-sign-in-by = Womit Sie sich anmelden
profile-verified = bestätigt
profile-unverified = nicht bestätigt
profile-change-email = E-Mail-Adresse ändern
profile-username = Benutzername
profile-choose-username = Benutzernamen wählen
profile-change-username = Benutzernamen ändern
profile-username-lead = Ein kurzer Name, mit dem Sie sich neben der E-Mail-Adresse anmelden können. Eine Mail berichtet Ihnen von der Änderung.
profile-username-hint = Lassen Sie das Feld leer, um keinen zu haben.
profile-id = Benutzerkennung
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
security-identities = Anmeldung über andere
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
lately-wrong-passwords-do = Waren Sie das? Dann ist nichts zu tun. Wenn nicht, raten andere: Ein langes Passwort, das Sie sonst nirgends benutzen, hält sie draußen.
lately-new-devices = Anmeldungen von neuer Stelle
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
email-lead = Sie melden sich mit { $email } an, bis Sie den Link geöffnet haben, der an die neue Adresse geht. Dann enden alle Ihre Sitzungen.
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
audit-filter-actor = Wer (Kennung)
audit-filter-target = Betrifft (Kennung)
audit-filter-from = Ab Tag
audit-filter-to = Bis Tag
audit-filter = Filtern
audit-clear = Filter aufheben
audit-empty = Nichts passt
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
audit-resume = Weiter
audit-days-utc = Tage und Zeiten sind in UTC.
audit-event-id = Kennung des Ereignisses
audit-about = Betrifft
audit-device = Gerät
audit-request = Anfrage
audit-by-this = Alles, was von hier ausging
audit-about-this = Alles, was dies betrifft
audit-changes = Was sich geändert hat
audit-member = Feld
audit-before = Vorher
audit-after = Nachher
audit-details = Einzelheiten
audit-json = In der Form der API
