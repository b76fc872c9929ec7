"""Receiving: receipt rule sets with their rules in order; only v1 has them.

A set is one document in the shape of DescribeReceiptRuleSet's answer. What is refused is worded as
SES does.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from ses_emulator.errors import AwsError, Exists, Missing
from ses_emulator.operations.paging import page
from ses_emulator.operations.receipt_actions import checked_action
from ses_emulator.operations.receipt_targets import check_targets, greet
from ses_emulator.operations.refusals import check_limit, invalid
from ses_emulator.operations.registry import Request, Result, v1
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document

MOST_SETS = 40
MOST_RULES = 200
MOST_ACTIONS = 10
MOST_RECIPIENTS = 100
LISTED = 100
CHARACTERS = re.compile("[a-zA-Z0-9_.-]+")
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")


@v1("CreateReceiptRuleSet")
def create_receipt_rule_set(account: Account, request: Request) -> None:
    name = request["RuleSetName"]
    _check_characters("ruleSetName", name)
    check_name("ruleSetName", name)
    metadata = {"Name": name, "CreatedTimestamp": account.now()}
    _sets(account).create(name, {"Metadata": metadata, "Rules": []})
    check_limit(_sets(account), MOST_SETS, "Too many rule sets")


@v1("CloneReceiptRuleSet")
def clone_receipt_rule_set(account: Account, request: Request) -> None:
    create_receipt_rule_set(account, request)
    _store(account, request, _rules(account, request["OriginalRuleSetName"]))


@v1("DescribeReceiptRuleSet")
def describe_receipt_rule_set(account: Account, request: Request) -> Result:
    return _sets(account).get(request["RuleSetName"])


@v1("ListReceiptRuleSets")
def list_receipt_rule_sets(account: Account, request: Request) -> Result:
    return page(
        _sets(account),
        request,
        "RuleSets",
        lambda name, document: document["Metadata"],
        default=LISTED,
    )


@v1("DeleteReceiptRuleSet")
def delete_receipt_rule_set(account: Account, request: Request) -> None:
    name = request["RuleSetName"]
    if name == account.attributes.get("ActiveReceiptRuleSet"):
        raise AwsError("CannotDelete", f"Cannot delete active rule set: {name}", Name=name)
    _sets(account).discard(name)


@v1("SetActiveReceiptRuleSet")
def set_active_receipt_rule_set(account: Account, request: Request) -> None:
    name = request.get("RuleSetName") or None
    if name:
        _sets(account).get(name)
    account.set_attributes(ActiveReceiptRuleSet=name)


@v1("DescribeActiveReceiptRuleSet")
def describe_active_receipt_rule_set(account: Account, request: Request) -> Result:
    name = account.attributes.get("ActiveReceiptRuleSet")
    return _sets(account).get(name) if name else {}


@v1("ReorderReceiptRuleSet")
def reorder_receipt_rule_set(account: Account, request: Request) -> None:
    rules = _rules(account, request["RuleSetName"])
    positions: Counter[str] = Counter(request["RuleNames"])
    for name, times in positions.items():
        if times > 1:
            raise invalid(f"Multiple positions found for rule: {name}")
    left_out = [rule["Name"] for rule in rules if rule["Name"] not in positions]
    if left_out:
        raise invalid(f"Positions for rules not found: {', '.join(left_out)}")
    _store(account, request, [rules[_position(rules, name)] for name in positions])


@v1("CreateReceiptRule", outside=True)
def create_receipt_rule(account: Account, request: Request) -> None:
    def add(rule: Document) -> list[Document]:
        rules = _rules(account, request["RuleSetName"])
        if any(other["Name"] == rule["Name"] for other in rules):
            raise Exists("ReceiptRule", rule["Name"])
        if len(rules) >= MOST_RULES:
            raise AwsError("LimitExceeded", "Too many rules")
        return _placed(rules, rule, request.get("After"))

    _put(account, request, add)


@v1("DescribeReceiptRule")
def describe_receipt_rule(account: Account, request: Request) -> Result:
    rules = _rules(account, request["RuleSetName"])
    return {"Rule": rules[_position(rules, request["RuleName"])]}


@v1("UpdateReceiptRule", outside=True)
def update_receipt_rule(account: Account, request: Request) -> None:
    def replace(rule: Document) -> list[Document]:
        rules = _rules(account, request["RuleSetName"])
        rules[_position(rules, rule["Name"])] = rule
        return rules

    _put(account, request, replace)


@v1("DeleteReceiptRule")
def delete_receipt_rule(account: Account, request: Request) -> None:
    rules = _rules(account, request["RuleSetName"])
    _store(account, request, [rule for rule in rules if rule["Name"] != request["RuleName"]])


@v1("SetReceiptRulePosition")
def set_receipt_rule_position(account: Account, request: Request) -> None:
    rules = _rules(account, request["RuleSetName"])
    position = _position(rules, request["RuleName"])
    after = request.get("After")
    if after != request["RuleName"]:
        _store(account, request, _placed(rules, rules.pop(position), after))


def check_name(what: str, name: str) -> None:
    """Raise AwsError ``InvalidParameterValue`` unless ``name`` may be that of ``what``."""
    if not NAME.fullmatch(name):
        raise invalid(f"Not a valid {what}: {name}" if name else f"{what} must not be empty")


def _check_characters(path: str, name: str) -> None:
    """Raise AwsError for a name that breaks a pattern of SES's that its model does not tell."""
    if not CHARACTERS.fullmatch(name):
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at '{path}' failed to satisfy "
            f"constraint: Member must satisfy regular expression pattern: ^{CHARACTERS.pattern}$",
        )


def _put(account: Account, request: Request, changed: Callable[[Document], list[Document]]) -> None:
    """Keep what ``changed`` makes of the set's rules with the one of the request, if what that
    names exists.

    Called before and after that was asked: the set may change meanwhile.
    """
    with account.instance.database.attempt():
        rule = _rule(account, request["Rule"])
        changed(rule)
    check_targets(account, rule)
    with account.instance.database.attempt():
        _store(account, request, changed(rule))
        greet(account, rule)


def _sets(account: Account) -> Collection:
    return account.collection("ReceiptRuleSet")


def _rules(account: Account, name: str) -> list[Document]:
    rules: list[Document] = _sets(account).get(name)["Rules"]
    return rules


def _store(account: Account, request: Request, rules: list[Document]) -> None:
    _sets(account).update(request["RuleSetName"], Rules=rules)


def _position(rules: list[Document], name: str) -> int:
    for position, rule in enumerate(rules):
        if rule["Name"] == name:
            return position
    raise Missing("ReceiptRule", name)


def _placed(rules: list[Document], rule: Document, after: str | None) -> list[Document]:
    """The rules with one more: behind the rule ``after``, or first of all."""
    rules.insert(_position(rules, after) + 1 if after else 0, rule)
    return rules


def _rule(account: Account, given: dict[str, Any]) -> Document:
    """A rule as it is stored, with SES's defaults. Raises AwsError for one that SES refuses."""
    _check_characters("rule.name", given["Name"])
    check_name("ruleName", given["Name"])
    actions = given.get("Actions", [])
    if len(given.get("Recipients", ())) > MOST_RECIPIENTS:
        raise AwsError("LimitExceeded", "Too many recipients")
    if len(actions) > MOST_ACTIONS:
        raise AwsError("LimitExceeded", "Too many actions")
    if any("StopAction" in action for action in actions[:-1]):
        raise invalid("Stop action, if any, must be placed at the end of the actions list")
    return {
        "Enabled": False,
        "TlsPolicy": "Optional",
        "Recipients": [],
        "ScanEnabled": False,
        **given,
        "Actions": [checked_action(account, action) for action in actions],
    }
