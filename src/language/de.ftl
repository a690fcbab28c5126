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
my-organisations-since = Angelegt
organisation-create-title = Organisation anlegen
organisation-create-lead = Sie werden ihr Admin und können andere einladen.
organisation-create = Organisation anlegen
organisation-name = Name
organisation-name-hint = Zum Beispiel der Name Ihrer Firma oder Ihres Teams.
organisation-created = { $name } wurde angelegt.
