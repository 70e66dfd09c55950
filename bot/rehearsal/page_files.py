"""The page's files: our own, and the modules that `npm ci` installed beside them. Must not know chats."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

PAGE = Path(__file__).with_name("page")
PAGE_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[web.RouteDef]:
    """The routes, relative to the mount."""
    return [
        web.get("", to_page),
        web.get("/", page_file),
        web.get("/{file:[a-z]+[.](?:js|css)}", page_file),
        web.get("/modules/{file:.+}", module),
    ]


async def to_page(request: web.Request) -> web.Response:
    """Send a browser to the page, whose links are relative."""
    raise web.HTTPFound(request.path + "/")


async def page_file(request: web.Request) -> web.Response:
    """The page itself."""
    path = PAGE / request.match_info.get("file", "index.html")
    if not path.is_file():
        raise web.HTTPNotFound
    text = path.read_text(encoding="utf-8")
    return web.Response(text=text, content_type=PAGE_TYPES[path.suffix], headers=SECURITY)


async def module(request: web.Request) -> web.StreamResponse:
    """An installed npm module; 404 with what to do when it is not there."""
    root = (PAGE / "node_modules").resolve()
    path = (root / request.match_info["file"]).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise web.HTTPNotFound(text="Not installed. Run `npm ci` in bot/rehearsal/page/.")
    return web.FileResponse(path, headers=SECURITY)
