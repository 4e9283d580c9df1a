"""The only door through which a rendering may load anything: bundled assets and font files checked by hash.

WeasyPrint's own fetcher embeds local files and calls any address; this one knows a fixed list.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from weasyprint.urls import URLFetcher, URLFetcherResponse

ASSETS = Path(__file__).resolve().parent / "assets"
ASSET_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


class BundledFetcher(URLFetcher):
    """Serves `asset:///<name>` and the font addresses it was given; raises ValueError for everything else.

    fonts: address → (file, SHA-256). A refusal ends the rendering instead of leaving a gap on the page.
    """

    def __init__(self, fonts: Mapping[str, tuple[Path, str]]) -> None:
        super().__init__(allowed_protocols=("asset", "font"), allow_redirects=False, fail_on_errors=True)
        self._fonts = dict(fonts)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The bytes of one allowed address."""
        if url in self._fonts:
            path, sha256 = self._fonts[url]
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != sha256:
                raise ValueError(f"font file changed: {path.name}")
            return URLFetcherResponse(url, content, {"Content-Type": "font/otf"})
        name = url.removeprefix("asset:///")
        path = ASSETS / name
        if name != url and name == path.name and path.suffix in ASSET_TYPES and path.is_file():
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": ASSET_TYPES[path.suffix]})
        raise ValueError(f"address not allowed in a report: {url[:200]}")
