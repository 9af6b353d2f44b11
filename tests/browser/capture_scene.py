"""A phone and a doctor's computer in real browsers, before the application on moto."""

from __future__ import annotations

import io
import secrets
from typing import Any
from urllib.parse import urlsplit

import boto3
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from chalicelib.settings import settings
from tests.support.chromium import COLOURS, keeps_nobody_out
from tests.support.visitor import FROM_HERE, HOST, Answer, Visitor

ALLOWED = {"Access-Control-Allow-Origin": "*"}
CAMERA = "input[capture]"
FILES = "input[multiple]"
PATIENCE = 60_000  # milliseconds, on a busy machine


def a_photo(size: tuple[int, int] = (640, 480)) -> bytes:
    """Return a JPEG that there was not before."""
    into = io.BytesIO()
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    picture.putpixel((0, 0), tuple(secrets.token_bytes(3)))
    picture.save(into, "JPEG", comment=secrets.token_bytes(8))
    return into.getvalue()


def a_file(body: bytes) -> FilePayload:
    return {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": body}


def take(page: Page, *bodies: bytes) -> None:
    """Choose pictures on the phone, as if they had just been taken."""
    page.set_input_files(FILES, [a_file(each) for each in bodies])


def is_safe(page: Page, count: int) -> None:
    """See that the phone says of so many that they are safe."""
    expect(page.locator("#safe")).to_have_text(str(count), timeout=PATIENCE)


def surfing(page: Page, visitor: Visitor) -> None:
    """Let the browser be *visitor*: the application answers, and moto's S3 stores what is put."""
    page.route("**/*", lambda route: _answer(route, visitor))


def looked_at(browser: Browser, visitor: Visitor, name: str, language: str) -> None:
    """Look at the visitor's page at three widths and in the dark: it keeps nobody out."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    surfing(page, visitor)
    page.goto("https://hokan.example/shown")
    keeps_nobody_out(page, f"{name}-{language}", COLOURS)
    assert page.get_attribute("html", "lang") == language
    context.close()


def _answer(route: Route, visitor: Visitor) -> None:
    request = route.request
    asked = urlsplit(request.url)
    path = f"{asked.path}?{asked.query}" if asked.query else asked.path
    if asked.netloc != HOST:
        _stored(route, asked.path.lstrip("/"))
        return
    if request.method == "POST":
        told_of = {name: request.headers.get(name, "") for name in ("accept", "content-type")}
        body = request.post_data_buffer or b""
        found = visitor.ask("POST", path, FROM_HERE | told_of, body)
    else:
        found = visitor.page if path == "/shown" and visitor.page else visitor.get(path)
    if found.location.startswith("https:"):
        _stored(route, urlsplit(found.location).path.lstrip("/"))
        return
    told(route, visitor.follow(found))


def told(route: Route, answer: Answer) -> None:
    route.fulfill(status=answer.status, headers=answer.headers, body=answer.text)


def _stored(route: Route, key: str) -> None:
    """Put what is sent, or get what is there, as a presigned URL does."""
    place: dict[str, Any] = {"Bucket": settings().media_bucket, "Key": key}
    s3 = boto3.client("s3")
    if route.request.method == "PUT":
        body = route.request.post_data_buffer or b""
        s3.put_object(Body=body, ChecksumAlgorithm="SHA256", **place)
        route.fulfill(status=200, headers=ALLOWED)
        return
    body = s3.get_object(**place)["Body"].read()
    route.fulfill(status=200, headers=ALLOWED, content_type="image/jpeg", body=body)
