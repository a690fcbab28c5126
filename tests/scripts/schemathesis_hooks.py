"""Rules of the API that its OpenAPI document can tell in words only.

A failure that one of them explains is none. Each is as narrow as it can be: this operation, that answer.
"""

import unicodedata

import schemathesis

# (operation, where the answer points, why the document cannot say it)
REFUSED_THOUGH_VALID_BY_SCHEMA = [
    (None, ("/cursor",), "only what the page before gave is one"),
    ("sign_in", ("/email", "/username"), "one of the two is needed, and only one, unless there is an issuer's token"),
    ("sign_in", ("/password",), "it is needed, unless there is an issuer's token"),
    ("reauthenticate", ("/password", "/issuer_token"), "one of the two is needed, and only one"),
    ("create_key", ("/expires_at",), "it must be in the future"),
    ("create_key", ("/permissions/",), "the product adds its own permissions, and the role limits them"),
]


# What a new password is refused for that no schema can list.
WEAK = {"common", "guessable", "personal", "repetitive"}


def by_a_rule(case, error) -> bool:
    operation = case.operation.definition.raw.get("operationId")
    return any(
        name in (None, operation) and error["pointer"].startswith(places)
        for name, places, _ in REFUSED_THOUGH_VALID_BY_SCHEMA
    )


def weak_password(case, error) -> bool:
    """Passwords that are tried first are refused; no schema lists them."""
    return error["pointer"] in ("/password", "/new_password") and error["code"] in WEAK


def domain_of_another_alphabet(case, error) -> bool:
    """Which letters a domain may have is in the tables of Unicode (IDNA), not in a pattern."""
    given = [case.body.get("email"), *(case.body.get("emails") or [])] if isinstance(case.body, dict) else []
    foreign = any(isinstance(address, str) and not address.isascii() for address in given)
    return foreign and error["pointer"].startswith("/email")


def name_with_nothing_to_see(case, error) -> bool:
    """Which characters can be seen is in the tables of Unicode, not in a pattern."""
    if error["pointer"] not in ("/name", "/organisation_name") or not isinstance(case.body, dict):
        return False
    text = case.body.get(error["pointer"][1:])
    return isinstance(text, str) and not any(unicodedata.category(letter)[0] in "LNPS" for letter in text)


def refused_by_rules(case, response) -> bool:
    """An answer lists all wrong members: each must have its rule."""
    if response.status_code != 422:
        return False
    errors = response.json().get("errors", [])
    rules = (by_a_rule, weak_password, domain_of_another_alphabet, name_with_nothing_to_see)
    return bool(errors) and all(any(rule(case, error) for rule in rules) for error in errors)


def two_credentials(case, response) -> bool:
    """Several at once are a request that no document can rule out: they are alternatives there."""
    return response.status_code == 400 and response.json().get("code") == "ambiguous_credentials"


def permission_of_a_product(response) -> bool:
    """The product adds its own permissions: the example is one of them, and this product has none."""
    return response.status_code == 422 and response.json().get("code") == "unknown_permission"


def key_of_another_request(response) -> bool:
    """Which `Idempotency-Key` came with another request before, no schema knows."""
    return response.status_code == 422 and response.json().get("code") == "idempotency_mismatch"


def wrong_once_too_often(failure) -> bool:
    """Made-up passwords for HTTP Basic are guesses like all others: there is a budget of them.

    The response at hand is the one to the good credential; the other one is in the message only.
    """
    return "got `429 " in failure.message


@schemathesis.hook
def filter_failure(context, failure, case, response) -> bool:
    """False: it is none."""
    kind = type(failure).__name__
    if kind == "RejectedPositiveData":
        explained = refused_by_rules(case, response) or two_credentials(case, response)
        explained = explained or permission_of_a_product(response)
        return not (explained or key_of_another_request(response))
    if kind == "IgnoredAuth":
        return not wrong_once_too_often(failure)
    return True
