"""
OHIF, the viewer that hospitals know, as its makers publish it (npm, MIT), beside a service.

It is served from the same origin as the service, as a provider would: the service's answers then
need no CORS, and what it redirects to is fetched from where it is.  Nothing of it is committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from infra.assets import NpmPackage, unpacked
from tests.support.serving import serving

OHIF = NpmPackage(
    "@ohif/app",
    "3.13.2",
    "WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==",
)

Answer = tuple[int, dict[str, str], bytes]
Service = Callable[[str, dict[str, str]], Answer]  # path and headers -> status, headers, body


class Viewer(ThreadingHTTPServer):
    """
    OHIF and the service it asks.

    Attributes:
        asked: The service's paths that were asked for, with their answers' statuses.
    """

    daemon_threads = True

    def __init__(self, service: Service, root: str, token: str) -> None:
        """Serve OHIF; *root* is the path of the studies, *token* a session of somebody's."""
        self.service, self.root, self.token = service, root, token
        self.asked: list[tuple[int, str]] = []
        folder = unpacked(OHIF) / "dist"
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def config(self) -> bytes:
        """Return what OHIF is told of the service."""
        root = self.root.removesuffix("/studies")
        source = {
            "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
            "sourceName": "hokan",
            "configuration": {
                "friendlyName": "Hokan",
                "name": "hokan",
                "wadoUriRoot": root,
                "qidoRoot": root,
                "wadoRoot": root,
                "qidoSupportsIncludeField": True,
                "imageRendering": "wadors",
                "thumbnailRendering": "thumbnail",
                "thumbnailRequestStrategy": "fetch",
                "enableStudyLazyLoad": True,
                "supportsFuzzyMatching": True,
                "supportsWildcard": True,
                "omitQuotationForMultipartRequest": True,
            },
        }
        told = {
            "routerBasename": None,
            "extensions": [],
            "modes": [],
            "showStudyList": True,
            "defaultDataSourceName": "hokan",
            "investigationalUseDialog": {"option": "never"},
            "dataSources": [source],
        }
        return f"window.config = {json.dumps(told)};\n".encode()


class _Handler(SimpleHTTPRequestHandler):
    server: Viewer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/app-config.js":
            self._send(200, {"Content-Type": "text/javascript"}, self.server.config())
        elif path.startswith(self.server.root.partition("/dicom-web")[0] + "/dicom-web"):
            asking = {"Authorization": f"Bearer {self.server.token}"}  # OHIF signs nobody in
            asking |= {name: self.headers[name] for name in ("Accept", "Host")}
            status, headers, body = self.server.service(self.path, asking)
            self.server.asked.append((status, self.path))
            self._send(status, headers, body)
        else:
            if not Path(self.translate_path(self.path)).is_file():
                self.path = "/index.html"  # its own addresses are no files
            super().do_GET()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def beside(service: Service, root: str, token: str) -> Iterator[Viewer]:
    """Have OHIF run beside a service meanwhile."""
    with serving(Viewer(service, root, token)) as viewer:
        yield viewer
