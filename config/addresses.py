"""Which addresses are of this machine: nobody real is behind them."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(address: str | None) -> bool:
    """Tell whether an address leads to this machine, by its host alone; None is a real platform.

    127.0.0.0/8, ::1 and localhost do. A name that merely begins so does not, nor does an address that
    programs read in different ways.
    """
    if address is None or not address.isascii() or not address.isprintable() or set(address) & set("\\@ "):
        return False
    try:
        host = urlsplit(address).hostname
        return host == "localhost" or (host is not None and ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
