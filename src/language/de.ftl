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
error-internal-error-title = Etwas ist schiefgegangen
error-internal-error = Der Fehler liegt bei uns. Er steht im Log unter der Nummer dieser Anfrage.

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
