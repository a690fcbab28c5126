"""Calls a live server with a client that is generated from its document, checked by mypy."""

import sys
from typing import Any, Protocol, TypeVar

from oskar_client import AuthenticatedClient, Client
from oskar_client.api.account import show_me
from oskar_client.api.api_keys import create_key, list_keys, revoke_key_with_reason, rotate_key
from oskar_client.api.audit_log import list_events
from oskar_client.api.members import list_members
from oskar_client.api.signing_in import register
from oskar_client.api.verification import verify, verify_credentials
from oskar_client.models import (
    ApiKeyRevocation,
    CredentialToVerify,
    KeyEnvironmentChoice,
    KeyRotation,
    NewApiKey,
    Problem,
    Registration,
    RoleChoice,
    SessionCarrier,
    Tokens,
)

T = TypeVar("T")
calls = 0


class Answer(Protocol):
    """What the client gives of any operation."""

    status_code: Any
    parsed: Any


def given(what: str, status: int, answer: Answer, form: type[T]) -> T:
    """The body of an answer, which has this status and this form."""
    global calls
    calls += 1
    if answer.status_code != status or not isinstance(answer.parsed, form):
        raise AssertionError(f"{what}: {answer.status_code} {answer.parsed}")
    print(f"   {status} {what}")
    return answer.parsed


def main(url: str, email: str) -> None:
    registration = Registration(
        email=email,
        password="a long phrase for a generated client",
        organisation_name="Typed",
        session=SessionCarrier.TOKENS,
    )
    started = given("registers", 201, register.sync_detailed(client=Client(url), body=registration), Tokens)
    assert isinstance(started.access_token, str) and started.organisation is not None
    user = AuthenticatedClient(url, token=started.access_token)

    me = show_me.sync(client=user)
    assert me is not None and not isinstance(me, Problem) and me.organisation is not None
    assert me.organisation.id == started.organisation.id
    org = me.organisation.id

    def new(name: str, environment: KeyEnvironmentChoice, role: RoleChoice) -> NewApiKey:
        return NewApiKey(name=name, environment=environment, role=role)

    body = new("CI", KeyEnvironmentChoice.LIVE, RoleChoice.MEMBER)
    made = create_key.sync_detailed(org, client=user, body=body, idempotency_key="the-same-request")
    again = create_key.sync_detailed(org, client=user, body=body, idempotency_key="the-same-request")
    assert made.parsed is not None and not isinstance(made.parsed, Problem)
    assert made.content == again.content and again.headers["idempotency-replayed"] == "true"
    key = made.parsed
    create_key.sync(org, client=user, body=new("Tests", KeyEnvironmentChoice.TEST, RoleChoice.VIEWER))

    first = list_keys.sync(org, client=user, limit=1)
    assert first is not None and not isinstance(first, Problem) and first.next_cursor is not None
    second = list_keys.sync(org, client=user, limit=1, cursor=first.next_cursor)
    assert second is not None and not isinstance(second, Problem) and second.next_cursor is None
    assert second.data[0].id == key.id

    nameless = create_key.sync_detailed(
        org, client=user, body=new("", KeyEnvironmentChoice.LIVE, RoleChoice.VIEWER)
    )
    wrong = given("a key without a name", 422, nameless, Problem)
    assert wrong.code == "validation_failed" and wrong.errors and wrong.errors[0].pointer == "/name"

    machine = AuthenticatedClient(url, token=key.secret)
    caller = verify.sync(client=machine, permission=["members:read"])
    assert caller is not None and not isinstance(caller, Problem)
    assert caller.key is not None and caller.key.id == key.id and caller.user is None
    verdict = verify_credentials.sync(client=machine, body=CredentialToVerify(credential=key.secret))
    assert verdict is not None and not isinstance(verdict, Problem)

    members = list_members.sync(org, client=user)
    assert members is not None and not isinstance(members, Problem)
    assert [member.role for member in members.data] == ["admin"]

    rotated = rotate_key.sync(org, key.id, client=user, body=KeyRotation(overlap=0))
    assert rotated is not None and not isinstance(rotated, Problem) and rotated.secret != key.secret
    refused = given("the secret before", 401, verify.sync_detailed(client=machine), Problem)
    assert refused.code == "invalid_credential"
    revoked = revoke_key_with_reason.sync(org, key.id, client=user, body=ApiKeyRevocation(reason="leaked"))
    assert revoked is not None and not isinstance(revoked, Problem) and revoked.revoked_reason == "leaked"
    events = list_events.sync(org, client=user, type_="key.revoked")
    assert events is not None and not isinstance(events, Problem)
    assert [event.actor.name for event in events.data] == [me.user.name if me.user else None]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    print("   and all others as expected")
