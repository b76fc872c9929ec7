"""Messages for the tests of the inbox."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

SENDER = "Shop <orders@example.com>"
LONG = "An announcement that goes on " + "and on " * 30 + "W" * 120
ARABIC = "مرحبا بك في متجرنا، طلبك رقم 1042 جاهز للاستلام"


def simple(
    client: Any,
    subject: str,
    text: str = "Some words",
    html: str | None = None,
    to: str = "ada@example.com",
    **options: Any,
) -> str:
    """Send a message of parts and return its MessageId."""
    body = {"Text": {"Data": text}}
    if html is not None:
        body["Html"] = {"Data": html}
    answer = client.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": body}},
        **options,
    )
    return str(answer["MessageId"])


def raw(client: Any, data: bytes, to: str = "ada@example.com") -> str:
    """Send a message as it is and return its MessageId."""
    answer = client.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [to]},
        Content={"Raw": {"Data": data}},
    )
    return str(answer["MessageId"])


def rich() -> bytes:
    """A message with everything that has a tab: HTML, text, an attachment, headers twice."""
    mail = EmailMessage()
    mail["From"] = SENDER
    mail["To"] = "Ada Lovelace <ada@example.com>"
    mail["Cc"] = "archive@example.com"
    mail["Subject"] = "Your order has shipped"
    mail["X-Stage"] = "picked"
    mail["X-Stage"] = "packed"
    mail.set_content("The text of the order. See https://shop.example/track?o=7.")
    mail.add_alternative("<h1>The page of the order</h1>", subtype="html")
    mail.add_attachment(
        b"id,price\n7,12.50\n", maintype="text", subtype="csv", filename="order.csv"
    )
    return mail.as_bytes()


def hostile(remote: str) -> str:
    """HTML that tries to run something, and to reach `remote`."""
    run = "document.title='owned';top.document.title='owned';top.location='" + remote + "/top'"
    return f"""<html><head>
<base href="{remote}/base/" target="_top">
<meta http-equiv="refresh" content="0;url={remote}/refresh">
<link rel="stylesheet" href="{remote}/style.css">
<link rel="preload" as="image" href="{remote}/preload.png">
<link rel="prefetch" href="{remote}/prefetch">
<link rel="dns-prefetch" href="{remote}">
<style>@import url("{remote}/import.css"); @font-face {{ font-family: f;
 src: url("{remote}/font.woff2") }} body {{ font-family: f; background: url("{remote}/bg.png") }}
</style>
<script>{run}</script>
<script src="{remote}/script.js"></script>
</head><body onload="{run}" onpageshow="{run}">
<p id="seen">The mail can be read</p>
<img src="x" onerror="{run}"><img src="{remote}/pixel.png" srcset="{remote}/pixel2.png 2x">
<img src="relative.png"><picture><source srcset="{remote}/source.png"><img alt=""></picture>
<div style="background-image: url('{remote}/inline.png')">styled</div>
<svg onload="{run}"><image href="{remote}/svg.png"/><use href="{remote}/use.svg#x"/></svg>
<video src="{remote}/video.mp4" poster="{remote}/poster.png" autoplay></video>
<audio src="{remote}/audio.mp3" autoplay></audio>
<iframe src="{remote}/frame"></iframe><iframe srcdoc="<script>{run}</script>"></iframe>
<iframe src="javascript:{run}"></iframe>
<object data="{remote}/object"></object><embed src="{remote}/embed">
<input autofocus onfocus="{run}"><details open ontoggle="{run}">x</details>
<form id="form" action="{remote}/form" method="post"><input name="a" value="b">
<button id="submit">Send</button></form>
<a id="script" href="javascript:{run}">a script</a>
<a id="data" href="data:text/html,<script>{run}</script>" target="_top">data</a>
</body></html>"""
