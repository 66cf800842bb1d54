"""What is installed is what was looked at."""

from __future__ import annotations

import re
import tomllib

from tests.project import tree

PIN = re.compile(r"(?m)^(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:.*\\\n)+.*)$")


def _pins(name: str) -> dict[str, str]:
    """Name to version of a lock file, each of whose pins must have a hash."""
    text = (tree.ROOT / name).read_text(encoding="utf-8")
    found = {}
    for pin in PIN.finditer(text):
        assert "--hash=sha256:" in pin["rest"], f"{pin['name']} has no hash in {name}"
        found[pin["name"]] = pin["version"]
    assert len(found) == len(re.findall(r"(?m)^\S+==", text))
    return found


def test_tests_run_on_the_versions_that_people_get() -> None:
    """The developers' lock holds the same versions as the one of `make run`, and more."""
    assert _pins("requirements.lock").items() <= _pins("requirements-dev.lock").items()


def test_everything_that_is_asked_for_is_locked() -> None:
    """Each dependency by its name; pinned ones by their version."""
    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    run = [*project["project"]["dependencies"], *groups["install"], *project["build-system"]["requires"]]
    develop = [*run, *(entry for entry in groups["dev"] if isinstance(entry, str))]
    for name, asked in (("requirements.lock", run), ("requirements-dev.lock", develop)):
        pins = _pins(name)
        for requirement in asked:
            found = re.fullmatch(r"([A-Za-z0-9._-]+)(?:(==|>=)([\w.]+))?.*", requirement)
            assert found, requirement
            locked = pins.get(found[1].lower().replace("_", "-"))
            assert locked is not None, f"{found[1]} is not in {name}: make lock"
            assert found[2] != "==" or found[3] == locked, f"{found[1]} {locked} in {name}, not {found[3]}"
