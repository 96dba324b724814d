"""The API's reference as one HTML page, made from its OpenAPI document. It loads nothing, so it works without a network."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em ui-monospace, monospace; }
pre { overflow: auto; padding: 0.75rem; border: 1px solid #8884; border-radius: 0.4rem; max-height: 30rem; }
details { border: 1px solid #8884; border-radius: 0.4rem; margin: 0.5rem 0; padding: 0.4rem 0.8rem; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4.5rem; }
table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; }
"""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def render_docs(document: Mapping[str, Any]) -> str:
    """Return the page's HTML, made from the API's OpenAPI document."""
    title = html.escape(f"{document['info']['title']} {document['info']['version']}")
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    schemas = "".join(
        f'<details id="{html.escape(name)}"><summary><code>{html.escape(name)}</code></summary>{_json(schema)}</details>'
        for name, schema in sorted(document.get("components", {}).get("schemas", {}).items())
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><style>' + _STYLE + f"</style><h1>{title}</h1>"
        f"<p>{html.escape(document['info'].get('description', ''))} For programs: "
        '<a href="/openapi.json">openapi.json</a>.</p>'
        f"<h2>Addresses</h2>{operations}<h2>Failures</h2>{_failures(document)}<h2>Bodies</h2>{schemas}</html>"
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    summary = html.escape(operation.get("summary", ""))
    lines = [f"<p>{_text(operation.get('description', ''))}</p>"]
    if operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{html.escape(parameter['name'])}</code></td><td>{html.escape(parameter['in'])}</td>"
            f"<td>{_text(parameter.get('description', ''))} {_links(parameter['schema'])}</td></tr>"
            for parameter in operation["parameters"]
        )
        lines.append(f"<table>{rows}</table>")
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        lines.append(f"<p>Body: <code>{html.escape(media)}</code> {_links(content.get('schema', {}))}</p>")
    successes = {status: response for status, response in operation["responses"].items() if status < "4"}
    responses = "".join(
        f"<tr><td>{html.escape(status)}</td><td>{_text(response.get('description', ''))}</td><td>"
        + " ".join(
            f"<code>{html.escape(media)}</code> {_links(content.get('schema', {}))}"
            for media, content in response.get("content", {}).items()
        )
        + "</td></tr>"
        for status, response in successes.items()
    )
    lines.append(f"<table>{responses}</table>")
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{html.escape(path)}</code> {summary}</summary>"
        f"{''.join(lines)}</details>"
    )


def _failures(document: Mapping[str, Any]) -> str:
    """Return a table of the errors, which are the same at every address."""
    responses = next(iter(next(iter(document["paths"].values())).values()))["responses"]
    rows = "".join(
        f"<tr><td>{html.escape(status)}</td><td>{_text(response.get('description', ''))}</td></tr>"
        for status, response in responses.items()
        if status >= "4"
    )
    return f"<p>All have the body {_links({'$ref': 'ErrorBody'})}.</p><table>{rows}</table>"


def _text(text: str) -> str:
    """Return a docstring as HTML, with the names in backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _links(schema: Mapping[str, Any]) -> str:
    """Return links to the schemas that a schema refers to, or its type where it refers to none."""
    names = list(dict.fromkeys(_names(schema)))
    if names:
        return ", ".join(f'<a href="#{html.escape(name)}"><code>{html.escape(name)}</code></a>' for name in names)
    kind = schema.get("type", "")
    return html.escape(kind if isinstance(kind, str) else " or ".join(kind))


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key == "$ref":
                yield value.rpartition("/")[2]
            else:
                yield from _names(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _names(item)


def _json(value: Any) -> str:
    return f"<pre>{html.escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
