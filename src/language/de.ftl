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
steps-dismiss = Nicht mehr zeigen
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
members-search = Name oder E-Mail
members-role = Rolle
members-any-role = Jede Rolle
members-state = Zustand
members-any-state = Jeder Zustand
members-name = Name
members-joined = Dabei seit
members-you = (Sie)
members-none = Kein Treffer
members-none-text = So ein Mitglied gibt es nicht. Suchen Sie nach etwas anderem, oder heben Sie die Filter auf.
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
invitations-email = E-Mail
invitations-state = Zustand
invitations-sent = Eingeladen
invitations-expires = Läuft ab
invitations-none = Keine offenen Einladungen
invitations-none-text = Wen Sie einladen, bekommt eine Mail mit einem Link zum Beitreten.
invitations-none-such = Kein Treffer
invitations-none-such-text = In diesem Zustand ist keine Einladung.
invitation-state-waiting = Wartet auf Antwort
invitation-state-open = Offen
invitation-state-unconfirmed = Neu zu senden
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
invite-lead = Jede Person bekommt eine Mail mit einem Link zum Beitreten. Alle werden eingeladen, oder niemand.
invite-emails = E-Mail-Adressen
invite-emails-hint = Eine je Zeile, oder durch Kommas getrennt: höchstens 50.
invite-send = Einladungen senden
invite-none-sent = Es wurde keine Einladung gesendet.
invite-no-address = { $email } ist keine E-Mail-Adresse.
invite-is-member = { $email } ist schon Mitglied.
error-already-member = Eine dieser Personen ist schon Mitglied.
error-last-admin = Eine Organisation braucht einen Admin: Machen Sie zuerst ein anderes Mitglied zum Admin.
error-mail-unavailable = Dieser Server verschickt keine Mails, also können Einladungen nicht hinausgehen. Fragen Sie den Betreiber.
error-invitation-ended = Diese Einladung wurde schon angenommen oder zurückgezogen.
error-seats-taken = In der Organisation ist kein Platz mehr frei.
error-too-many-invitations = Das sind zu viele Einladungen für einen Tag. Weitere sind in { $minutes } Min. möglich.
error-too-many-open-invitations = Es sind schon so viele Einladungen offen, wie es sein dürfen. Ziehen Sie zuerst eine zurück.

## Einstellungen einer Organisation

organisation-settings-title = Einstellungen
organisation-settings-saved = Die Einstellungen wurden gespeichert.
organisation-settings-stale = Ein anderer Admin hat das inzwischen geändert. Es wurde nichts gespeichert. Das sind die Werte jetzt; speichern Sie noch einmal, um sie durch Ihre zu ersetzen.
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
