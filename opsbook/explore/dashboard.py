"""The dashboard: `explore.ipynb` as a page for people without Jupyter, served by Voila.

It listens on this machine alone unless it is told otherwise, and then asks every visitor for a token. Visitors can move
the widgets and nothing else: no code is shown or taken, no file is given out or taken in, and the browser may ask
nobody but this server.
"""

import ipaddress
import os
import secrets
import socket
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

from opsbook.report import language

#: For the browser: scripts, styles, pictures and connections of this server only.
POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
#: A kernel whose visitor is gone without a word ends by itself.
IDLE = {"cull_idle_timeout": 1800, "cull_interval": 300}
#: Kernels are spoken to through the file system where it can be closed to other users of the machine.
SOCKETS = {"transport": "ipc" if os.name == "posix" else "tcp"}
_REFUSED = "Open the whole address that `opsbook dashboard` has printed; it ends in ?token=..."


def server(
    notebook: Path, parameters: Mapping[str, str], *, host: str, port: int, browser: bool = True
) -> tuple[Any, str]:
    """The server, ready to `start()`, and the address to open; what stands in its way is one line."""
    own = is_loopback(host)
    check_free(host, port)
    from voila.app import Voila

    app = Voila.instance(log_level="ERROR")
    app.initialize([str(notebook)])
    # set after the user's own configuration files, which must not open what is closed here
    app.ip, app.port, app.port_retries, app.open_browser = host, port, 0, browser and own
    app.token, app.identity_provider_class = "" if own else secrets.token_urlsafe(16), _token_or_nothing()
    # without the check of the host's name, a foreign page could reach a server on the loopback through its own name
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
    app.tornado_settings = {"headers": headers, "allow_remote_access": not own}
    app.update_config(Config(MappingKernelManager=IDLE, KernelManager=SOCKETS))
    app.template_paths = [str(files(__package__) / "voila"), *app.template_paths]
    _close(app.voila_configuration, parameters)
    name = f"[{host}]" if ":" in host else host
    return app, f"http://{name}:{port}/" + (f"?token={app.token}" if app.token else "")


def parameters(notebook: Path, *, warehouse: str, data: Path, lang: str) -> dict[str, str]:
    """The notebook's parameters, places as seen from its folder; `lang` is left out where it is not given."""
    if lang and lang not in language.LANGUAGES:
        raise ValueError(f"--lang {lang!r}: expected {' or '.join(language.LANGUAGES)}")
    places = {"warehouse": warehouse, "data": str(data)}
    seen = {
        name: place if "://" in place else os.path.relpath(place, notebook.parent) for name, place in places.items()
    }
    return seen | ({"lang": lang} if lang else {})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_free(host: str, port: int) -> None:
    """Raise in one line where nobody can listen: a port in use, an address of another machine, a name that is none."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
            probe.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ValueError(f"cannot listen on {host}, port {port}: {reason}; try another --port or --host") from None


def with_parameters(
    values: Mapping[str, str], request: Any, notebook: nbformat.NotebookNode, cwd: str = ""
) -> nbformat.NotebookNode:
    """The notebook with these values after its parameters, and its prose in their language."""
    place = next(n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    lines = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(lines))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = language.translate(cell.source, values.get("lang", "en"))
    return notebook


def _close(configuration: Any, values: Mapping[str, str]) -> None:
    """Show no code, give out no file, and let no address choose another template."""
    configuration.strip_sources = True
    configuration.show_tracebacks = False
    configuration.file_allowlist = []
    configuration.allow_template_override = configuration.allow_theme_override = "NO"
    configuration.prelaunch_hook = partial(with_parameters, dict(values))


def _token_or_nothing() -> type:
    """Who may come in: everybody where no token is set, else who has it. Voila alone would show a form to enter it."""
    from tornado.web import Finish
    from voila.voila_identity_provider import VoilaIdentityProvider

    class TokenOrNothing(VoilaIdentityProvider):
        async def get_user(self, handler):
            user = await super().get_user(handler)
            if user is None:
                handler.set_status(403)
                handler.set_header("Content-Type", "text/plain; charset=utf-8")
                raise Finish(f"{_REFUSED}\n")
            return user

    return TokenOrNothing
