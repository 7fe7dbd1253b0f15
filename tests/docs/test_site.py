"""The site of the documentation: it is built, its links lead somewhere, and it needs no server."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import REPOSITORY

ZENSICAL = Path(sys.executable).with_name("zensical")
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src"}


class Page(HTMLParser):
    """The addresses in a page: those that it links to, those that it loads, and its anchors."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.add(values["href"])
        is_metadata = values.get("rel") in ("canonical", "next", "prev")
        if (name := LOADED.get(tag)) in values and not is_metadata:
            self.loaded.add(values[str(name)])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(REPOSITORY / "zensical.toml", folder)
    shutil.copytree(REPOSITORY / "docs", folder / "docs")
    build = [str(ZENSICAL), "build", "--strict"]
    done = subprocess.run(build, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = (folder / "build" / "site").rglob("*.html")
    return {page: Page(page.read_text()) for page in pages if page.name != "404.html"}


def test_every_link_within_the_site_leads_to_a_page_and_an_anchor(site: dict[Path, Page]) -> None:
    broken = []
    for page, content in site.items():
        for link in content.links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            target = target / "index.html" if target.is_dir() else target
            is_page = target in site
            if not is_page or (address.fragment and address.fragment not in site[target].anchors):
                broken.append(f"{page.name}: {link}")
    assert broken == []


def test_the_site_loads_nothing_from_another_server(site: dict[Path, Page]) -> None:
    foreign = {url for page in site.values() for url in page.loaded if urlsplit(url).netloc}
    assert foreign == set()


def test_every_page_of_the_documentation_is_in_the_navigation() -> None:
    navigation = (REPOSITORY / "zensical.toml").read_text()
    for page in REPOSITORY.glob("docs/**/*.md"):
        name = str(page.relative_to(REPOSITORY / "docs"))
        assert f'"{name}"' in navigation or name.startswith("decisions/0"), name


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (REPOSITORY / "README.md").read_text())
    assert len(links) > 10
    assert [link for link in links if not (REPOSITORY / link).exists()] == []
