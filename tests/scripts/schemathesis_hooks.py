"""Rules of the API that its OpenAPI document can tell in words only.

A failure that one of them explains is none. Each is as narrow as it can be: this operation, that answer.
"""

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


def refused_by_a_rule(case, response) -> bool:
    if response.status_code != 422:
        return False
    pointers = [error["pointer"] for error in response.json().get("errors", [])]
    operation = case.operation.definition.raw.get("operationId")
    return any(
        name in (None, operation) and pointer.startswith(places)
        for name, places, _ in REFUSED_THOUGH_VALID_BY_SCHEMA
        for pointer in pointers
    )


def refused_as_weak(response) -> bool:
    """Passwords that are tried first are refused; no schema lists them."""
    return response.status_code == 422 and "strength" in response.json()


def domain_of_another_alphabet(case, response) -> bool:
    """Which letters a domain may have is in the tables of Unicode (IDNA), not in a pattern."""
    if response.status_code != 422 or not isinstance(case.body, dict):
        return False
    given = [case.body.get("email"), *(case.body.get("emails") or [])]
    pointers = [error["pointer"] for error in response.json().get("errors", [])]
    foreign = any(isinstance(address, str) and not address.isascii() for address in given)
    return foreign and all(pointer.startswith("/email") for pointer in pointers)


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
        explained = refused_by_a_rule(case, response) or refused_as_weak(response) or domain_of_another_alphabet(case, response)
        explained = explained or two_credentials(case, response) or permission_of_a_product(response)
        return not (explained or key_of_another_request(response))
    if kind == "IgnoredAuth":
        return not wrong_once_too_often(failure)
    return True
