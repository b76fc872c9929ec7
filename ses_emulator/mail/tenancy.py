"""Sending for a tenant: it must be allowed to, and to use what it is sent with.

Source: the guide, "Tenants": a tenant sends with an identity and a configuration set of its own. No
page of AWS has the words.
"""

from ses_emulator.errors import AwsError
from ses_emulator.mail.envelope import Envelope
from ses_emulator.mail.identities import Finding, domains_around
from ses_emulator.mail.profile import profile_of
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection

HELP = "Associate it with CreateTenantResourceAssociation."


def resources_of(account: Account, tenant: str) -> Collection:
    """What a tenant may use, by ARN."""
    return account.collection("TenantResource", tenant)


def check_tenant(
    account: Account, name: str, envelope: Envelope, configuration_set: str | None
) -> list[Finding]:
    """Refuse what a tenant may not send; an open account is told by findings instead.

    Raises Missing for a tenant that there is not, AwsError ``AccountSendingPausedException`` for
    one that is paused, ``MessageRejected`` if it does not have what is used.
    """
    tenant = account.collection("Tenant").get(name)
    if tenant["SendingStatus"] == "DISABLED":
        raise AwsError("AccountSendingPausedException", f"Sending is paused for tenant {name}")
    known = resources_of(account, name)
    author = envelope.senders[0]
    identities = [author.spec, *domains_around(author.domain.lower())]
    missing = []
    if not known.known([account.arn(f"identity/{each}") for each in identities]):
        missing.append(account.arn(f"identity/{author.spec}"))
    if configuration_set is not None:
        arn = account.arn(f"configuration-set/{configuration_set}")
        if known.find(arn) is None:
            missing.append(arn)
    if not missing:
        return []
    words = f"Tenant {name} is not associated with: {', '.join(missing)}"
    if profile_of(account).senders_verified:
        raise AwsError("MessageRejected", words)
    return [{"code": "TenantResource", "message": f"SES would reject this: {words}", "help": HELP}]
