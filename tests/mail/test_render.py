"""Templates: the guide's page on advanced personalization, and what Handlebars says beyond it."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from ses_emulator.mail.handlebars import is_simple, parse
from ses_emulator.mail.handlebars_tags import TemplateError
from ses_emulator.mail.message import Simple, Templated, Text
from ses_emulator.mail.render import RenderingError, render

ORDER = {
    "customer": {"first": "Ada", "last": "Byron", "address": {"city": "London"}},
    "lines": [{"item": "tea", "count": 2}, {"item": "jam", "count": 1, "gift": True}],
    "number": 42,
}


def templated(
    subject: str, data: dict[str, Any], text: str | None = None, html: str | None = None
) -> Templated:
    return Templated(
        sender="from@example.com",
        to=["to@example.com"],
        cc=[],
        reply_to=[],
        subject=Text(subject, "UTF-8"),
        text=None if text is None else Text(text, "UTF-8"),
        html=None if html is None else Text(html, "UTF-8"),
        template="order",
        data=data,
    )


def filled(template: str, data: dict[str, Any]) -> str:
    content = render(templated(template, data))
    assert isinstance(content, Simple)
    return content.subject.data


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Dear {{customer.first}}!", "Dear Ada!"),
        ("{{ customer.address.city }} {{customer/last}}", "London Byron"),
        ("{{customer.[first]}}, {{lines.0.item}}, {{lines.[1].item}}", "Ada, tea, jam"),
        ("{{number}}{{{number}}}{{&number}}", "424242"),
    ],
)
def test_nested_attributes(template: str, expected: str) -> None:
    assert filled(template, ORDER) == expected


def test_lists() -> None:
    template = "<ul>\n{{#each lines}}\n  <li>{{count}} {{item}}</li>\n{{/each}}\n</ul>"
    assert filled(template, ORDER) == "<ul>\n  <li>2 tea</li>\n  <li>1 jam</li>\n</ul>"
    assert filled(template, {"lines": []}) == filled(template, {}) == "<ul>\n</ul>"


def test_conditions() -> None:
    template = "{{#if lines}}{{lines.length}} lines{{else}}nothing{{/if}} for {{number}}"
    assert filled(template, ORDER) == "2 lines for 42"
    assert filled(template, {"lines": [], "number": 1}) == "nothing for 1"
    assert filled(template, {"number": 1}) == "nothing for 1"


NAME = '{{#* inline "name"}}{{first}}{{#if last}} {{last}}{{/if}}{{/inline}}\n'


def test_inline_partials() -> None:
    """The newline behind the definition is not rendered, as the guide says."""
    template = NAME + "Hello {{> name}}!{{#each friends}} {{> name}},{{/each}}"
    data = {"first": "Ada", "friends": [{"first": "Mary", "last": "Somerville"}, {"first": "Bo"}]}
    assert filled(template, data) == "Hello Ada! Mary Somerville, Bo,"


def test_inline_partial_over_several_lines() -> None:
    template = '{{#* inline "name"}}\n  {{first}}\n{{/inline~}}\n\n<h1>{{> name}}</h1>'
    assert filled(template, {"first": "Ada"}) == "<h1>  Ada\n</h1>"


def test_partials_of_a_context_and_with_options() -> None:
    assert filled(NAME + "{{> name customer}}", ORDER) == "Ada Byron"
    assert filled(NAME + '{{> name customer last="King"}}', ORDER) == "Ada King"


def test_partials_are_of_one_part_and_of_the_block_they_are_in() -> None:
    with pytest.raises(TemplateError, match="there is no partial name"):
        render(templated(NAME, {}, text="{{> name}}"))
    inside = '{{#if a}}{{#*inline "p"}}in{{/inline}}{{> p}}{{/if}}'
    assert filled(inside, {"a": True}) == "in"
    with pytest.raises(RenderingError, match="The partial p is not defined where it is used"):
        filled(inside + "{{> p}}", {"a": True})


def test_html_is_not_escaped() -> None:
    assert filled("<p>{{a}}</p>", {"a": "<b>\"Tom\" & 'Jerry'</b>"}) == (
        "<p><b>\"Tom\" & 'Jerry'</b></p>"
    )


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        (True, True),
        ("no", True),
        (1, True),
        ({}, True),
        ([0], True),
        (False, False),
        (None, False),
        ("", False),
        (0, False),
        (0.0, False),
        ([], False),
    ],
)
def test_what_is_true(value: Any, taken: bool) -> None:
    assert filled("{{#if a}}yes{{else}}no{{/if}}", {"a": value}) == ("yes" if taken else "no")
    assert filled("{{#unless a}}yes{{else}}no{{/unless}}", {"a": value}) == (
        "no" if taken else "yes"
    )


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{#if f}}1{{else if e}}2{{else if t}}3{{else}}4{{/if}}", "3"),
        ("{{#if f}}1{{else each l}}{{this}}{{else}}none{{/if}}", "xy"),
        ("{{#each e}}1{{else if f}}2{{else}}3{{/each}}", "3"),
        ("{{#if z includeZero=true}}zero{{/if}}{{#if z}}more{{/if}}", "zero"),
        ("{{#with d}}{{a}}{{../t}}{{else}}none{{/with}}", "1true"),
        ("{{#with nope}}{{a}}{{else}}none{{/with}}", "none"),
        ("{{#with d as |dict|}}{{dict.a}}{{/with}}", "1"),
        ("{{#each l}}{{@index}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}", "0x, 1y"),
        ("{{#each d}}{{@key}}={{this}};{{/each}}", "a=1;b=2;"),
        ("{{#each l as |item i|}}{{i}}{{item}}{{../z}}{{@first}} {{/each}}", "0x0true 1y0false "),
        ("{{#each l}}{{@root.z}}{{../l.0}}{{/each}}", "0x0x"),
        (
            "{{#each m}}{{#each this}}{{@../index}}{{@index}}{{.}} {{/each}}{{/each}}",
            "001 012 103 ",
        ),
        ("{{#each m}}{{#each .}}{{#each ../../l}}{{this}}{{/each}}{{/each}}{{/each}}", "xyxyxy"),
        ("{{#each s}}never{{else}}no list{{/each}}", "no list"),
        ("{{#l}}{{.}}{{/l}}{{#d}}{{b}}{{/d}}{{#t}}{{s}}{{/t}}{{#f}}no{{/f}}", "xy2text"),
        ("{{^l}}no{{/l}}{{^e}}none{{/e}}{{^nope}}!{{/nope}}", "none!"),
        ("{{lookup d 'b'}}{{lookup l 1}}{{lookup (lookup . 'd') k}}", "2y1"),
        ("{{#with (lookup . 'd')}}{{b}}{{/with}}{{log s}}", "2"),
        ("{{! note }}{{!-- }} {{x}} --}}a{{!}}", "a"),
        (r"\{{a}} \\{{s}}", r"{{a}} \text"),
        ("a  {{~s~}}  b {{~#if t~}} c {{~/if~}} d", "atextbcd"),
        ("a\n  {{#if t}}  \n  b\n  {{else}}\n  c\n  {{/if}}\nd", "a\n  b\nd"),
        ("a\n{{! alone }}\nb {{! not }}\nc", "a\nb \nc"),
        ("{color:{{s}}}", "{color:text}"),
        ("{{s}} { {{{s}}} } {", "text { text } {"),
        ("{{t}} {{f}} {{z}} {{n}} {{l}} {{d}}", 'true false 0 1.5 ["x", "y"] {"a": 1, "b": 2}'),
        ("{{'a key'}}{{[a key]}}{{12}}", "keykeytwelve"),
        ("{{#*inline 'p'}}{{s}}{{/inline}}{{#each l}}{{> p ..}}{{/each}}", "texttext"),
    ],
)
def test_handlebars(template: str, expected: str) -> None:
    data = {
        "t": True,
        "f": False,
        "e": [],
        "z": 0,
        "n": 1.5,
        "s": "text",
        "k": "a",
        "l": ["x", "y"],
        "m": [[1, 2], [3]],
        "d": {"a": 1, "b": 2},
        "a key": "key",
        "12": "twelve",
    }
    assert filled(template, data) == expected


@pytest.mark.parametrize("tag", ["{{amazonSESUnsubscribeUrl}}", "{{ses:openTracker}}"])
def test_what_the_sending_replaces_stays(tag: str) -> None:
    assert filled(f"{{{{a}}}} {tag}", {"a": "x"}) == f"x {tag}"


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("{{nope}}", "nope"),
        ("{{customer.nope.more}}", "customer.nope.more"),
        ("{{lines.7.item}}", "lines.7.item"),
        ("{{lines.²}}", "lines.²"),
        ("{{null}}", "null"),
        ("{{#each lines}}{{number}}{{/each}}", "number"),
        ("{{../../x}}", "../../x"),
        ("{{upper customer.first}}", "upper"),
        ("{{#IF number}}x{{/IF}}", "IF"),
        ("{{#if (gt number 1)}}x{{/if}}", "gt"),
    ],
)
def test_what_is_missing(template: str, named: str) -> None:
    with pytest.raises(RenderingError) as caught:
        filled(template, {**ORDER, "null": None})
    message = f"Attribute '{named}' is not present in the rendering data."
    assert caught.value.code == "MissingRenderingAttribute"
    assert caught.value.failure == {"errorMessage": message, "templateName": "order"}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{a", "line 1, column 1: the tag is not closed"),
        ("x\n y {{#if a}}", "line 2, column 4: {{#if a}} is not closed"),
        ("{{#if a}}{{/each}}", "line 1, column 10: {{/each}} does not close {{#if a}}"),
        ("{{#if a}}{{#each b}}{{/if}}{{/each}}", "{{/if}} does not close {{#each b}}"),
        ("{{/if}}", "{{/if}} closes no block"),
        ("{{else}}", "{{else}} belongs to no block"),
        ("{{#if a}}{{else}}{{else}}{{/if}}", "column 18: {{else}} belongs to no block"),
        ("{{#if}}{{/if}}", "if takes one argument"),
        ("{{#each a b}}{{/each}}", "each takes one argument"),
        ("{{#if a}}{{else if}}{{/if}}", "if takes one argument"),
        ("{{}}", "{{}} is empty"),
        ("{{> nope}}", "there is no partial nope"),
        ("{{> (lookup . 'a')}}", "a partial is called by its name"),
        ("{{#*inline 'p'}}x{{/inline}}{{> p a b}}", "a partial takes one argument"),
        ("{{#*other 'p'}}x{{/other}}", "{{#*other 'p'}} is no inline partial"),
        ("{{#> p}}x{{/p}}", "{{#> is not supported"),
        ("{{* p}}", "{{* is not supported"),
        ("{{{{raw}}}}x{{{{/raw}}}}", "is not supported"),
        ("{{! never", "the comment is not closed"),
        ("{{!-- never }}", "the comment is not closed"),
        ("{{{a}}", "the tag is not closed"),
        ("{{a..b}}", "cannot read '..b}}'"),
        ("{{a.../b}}", "a.../b is no path"),
        ("{{a/../b}}", "a/../b is no path"),
        ("{{a b=}}", "has an argument that is none"),
        ("{{a (b}}", "has a bracket that is not closed"),
        ("{{a b)}}", "has a bracket too many"),
        ("{{a as |b|}}", "only a block has parameters"),
        ("{{(a)}}", "calls nothing"),
        ("{{#if a}}" * 101 + "{{/if}}" * 101, "more than 100 blocks are in each other"),
        ("{{a" + " (b" * 30 + ")" * 30 + "}}", "more than 20 brackets are in each other"),
    ],
)
def test_broken_templates(template: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(template)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("template", "simple"),
    [
        ("Dear {{first_name}} {{ a-1 }}", True),
        ("{{{a}}} {{! note }}", True),
        ("{{a.b}}", False),
        ("{{a b}}", False),
        ("{{#if a}}{{/if}}", False),
        ("{{#*inline 'p'}}x{{/inline}}", False),
    ],
)
def test_simple_templates(template: str, simple: bool) -> None:
    assert is_simple(parse(template)) is simple


@pytest.mark.parametrize(
    "template",
    [
        '{{#*inline "p"}}{{> p}}{{/inline}}{{> p}}',
        '{{#*inline "p"}}{{> p}}{{> p}}{{/inline}}{{> p}}',
        "{{#each l}}{{#each @root.l}}{{#each @root.l}}{{/each}}{{/each}}{{/each}}",
        "{{long}}" * 5000,
    ],
    ids=["itself", "twice itself", "loops", "large"],
)
def test_a_rendering_ends(template: str) -> None:
    data = {"l": [0] * 10_000, "long": "x" * 100_000}
    with pytest.raises(RenderingError) as caught:
        filled(template, data)
    assert caught.value.code == "InvalidRenderingParameter"


def test_deep_data() -> None:
    data: dict[str, Any] = {"a": []}
    for _ in range(5000):
        data = {"a": [data["a"]]}
    with pytest.raises(RenderingError, match="nested too deeply"):
        filled("{{a}}", data)


@pytest.mark.parametrize(
    "unit",
    [
        "{{a}}",
        "{{",
        "{{a",
        "{{!--",
        "{{a (",
        "{{'",
        "{{as ",
        "\\{{",
        "{{else}}",
        "{{#if a}}",
        " \n",
    ],
)
def test_time_is_linear(unit: str) -> None:
    """A part of the largest size is read in about the time that ten of a tenth are."""

    def seconds(size: int) -> float:
        template = unit * (size // len(unit))
        start = process_time()
        try:
            parse.__wrapped__(template)
        except TemplateError:
            pass
        return process_time() - start

    small = min(seconds(50_000) for _ in range(3))
    assert seconds(500_000) < 40 * small + 0.1
