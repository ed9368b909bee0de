"""One HTML file of its parts: nothing else is needed, and nothing else may be fetched."""

import html
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
"""What the browser may load: nothing from anywhere. It holds the page to that, and so need not be believed."""


def document(
    *,
    title: str,
    body: str,
    style: str,
    script: str,
    data: Mapping[str, Any] = MappingProxyType({}),
    texts: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The whole file. data: what scripts read as JSON, by id; texts: what they read as it is.

    Raises:
        ValueError: a text would end its element.
    """
    held = [(key, "application/json", _harmless(value)) for key, value in data.items()]
    # In elements that a browser does not run: the page's own script reads them when it is ready.
    held += [(key, "text/plain", text) for key, text in texts.items()]
    scripts = [f'<script type="{kind}" id="{key}">{_closed(text)}</script>' for key, kind, text in held]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{html.escape(title)}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            body,
            *scripts,
            f"<script>\n{_closed(script)}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _harmless(value: Any) -> str:
    """JSON that cannot end the element which it stands in, whatever texts it holds."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _closed(text: str) -> str:
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("a script holds what would end its element; write it as two texts")
    return text
