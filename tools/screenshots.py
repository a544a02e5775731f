"""Take pictures of every screen of the console, on a world made for them; run by `make screenshots`.

They are made anew in docs/screens, named `<screen>-<wide|phone>-<light|dark>.webp`, French ones with `-fr`.
"""

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402

from tools.screen_world import PASSWORD, Scene, world  # noqa: E402

FOLDER = ROOT / "docs" / "screens"
#: What the pictures may weigh together, in bytes.
MOST_BYTES = 2_000_000
SIZES = {"wide": (1280, 800), "phone": (390, 844)}
SCHEMES = ("light", "dark")
#: The eight screens; each is shown in French, too.
MAIN = ("overview", "accounts", "harvests", "queues", "contacts", "messaging", "privacy", "settings")
_QUALITY = 38


class Look(NamedTuple):
    """How the browser looks at it: a picture is named by it."""

    size: str
    scheme: str
    language: str = "en"

    def of(self, screen: str) -> str:
        """Name the picture of a screen."""
        return f"{screen}-{self.size}-{self.scheme}{'-fr' if self.language == 'fr' else ''}"


LOOKS = (*(Look(size, scheme) for size in SIZES for scheme in SCHEMES), Look("wide", "light", "fr"))


def pages(scene: Scene) -> dict[str, str]:
    """Return the addresses of what is shown, by name."""
    return {
        **{each: "/" if each == "overview" else f"/{each}" for each in MAIN},
        "sign-in": "/sign-in",
        "connect": "/accounts/connect",
        "estimate": "/harvests/new?account=1&stream=likers",
        "run": f"/harvests/{scene.run}",
        "schedule": "/harvests/schedules/new",
        "failure": "/queues/failures?act=replay&all=1",
        "contact": f"/contacts/{scene.contact}",
        "policy": "/privacy/policy",
        "export": "/messaging/export",
        "segments": "/messaging/segments",
        "areas": "/messaging/areas",
        "consumers": "/messaging/consumers",
        "users": "/settings/users",
        "tokens": "/settings/tokens",
        "alerts": "/settings/alerts",
    }


def taken(scene: Scene, folder: Path, only: str, *, whole: bool) -> Iterator[Path]:
    """Take the pictures; yields the files."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for look in LOOKS:
            with _context(browser, look) as context:
                page = _signed_in(context, scene, folder / f"{look.of('sign-in')}.webp")
                for name, path in pages(scene).items():
                    if (look.language == "fr" and name not in MAIN) or only not in name or name == "sign-in":
                        continue
                    page.goto(scene.address + path)
                    if name == "policy":
                        _preview(page)
                    yield _kept(page, folder / f"{look.of(name)}.webp", whole=whole)
        browser.close()


def _context(browser: Browser, look: Look) -> BrowserContext:
    width, height = SIZES[look.size]
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=look.scheme,  # type: ignore[arg-type]  # one of SCHEMES
        locale="fr-FR" if look.language == "fr" else "en-GB",
        reduced_motion="reduce",
    )


def _signed_in(context: BrowserContext, scene: Scene, picture: Path) -> Page:
    page = context.new_page()
    page.goto(f"{scene.address}/sign-in")
    if "-fr" not in picture.name:
        _kept(page, picture, whole=False)
    page.fill("#name", "ada")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_url(f"{scene.address}/")
    return page


def _preview(page: Page) -> None:
    """Let a pack be tried: who would move."""
    if page.locator("#preview table").count() == 0:
        page.click("#preview .actions button >> nth=0")
        page.wait_for_load_state("load")
    page.locator("#preview:not([data-live])").wait_for()


def _kept(page: Page, path: Path, *, whole: bool) -> Path:
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("load")
    shot = page.screenshot(full_page=whole, animations="disabled")
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").save(path, "WEBP", quality=_QUALITY, method=6)
    return path


def main() -> int:
    """Make the world, take the pictures, weigh them."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--out", type=Path, default=FOLDER)
    words.add_argument("--only", default="", help="part of the names of those that are taken")
    words.add_argument("--whole", action="store_true", help="down to the end of each page")
    words.add_argument("--stay", action="store_true", help="serve the console until Enter is pressed")
    given = words.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as scene:
        if given.stay:
            sys.stderr.write(f"{scene.address} (ada, {PASSWORD})\n")
            sys.stdin.readline()
            return 0
        for each in taken(scene, given.out, given.only, whole=given.whole):
            sys.stderr.write(f"{each.name}\n")
    weight = sum(each.stat().st_size for each in given.out.glob("*.webp"))
    sys.stderr.write(f"{weight / 1e6:.2f} MB\n")
    return 0 if weight <= MOST_BYTES else 1


if __name__ == "__main__":
    raise SystemExit(main())
