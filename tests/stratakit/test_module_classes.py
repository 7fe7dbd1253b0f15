"""Packages whose modules each define one class, which is named like its file."""

from types import ModuleType

import pytest

from stratakit.module_classes import create


class Kind:
    id: str


def define(*names: str, module: str) -> ModuleType:
    """A module with classes of these ids, and with one that it imported."""
    defined = ModuleType(f"package.{module}")
    for name in names:
        kind = type(name, (Kind,), {"id": name, "__module__": defined.__name__})
        setattr(defined, name, kind)
    defined.__dict__["imported"] = Kind
    return defined


def test_the_class_that_is_named_like_its_module_is_created() -> None:
    assert create(define("first-kind", module="first_kind"), Kind, "id").id == "first-kind"


@pytest.mark.parametrize("names", [(), ("first", "second"), ("second",)], ids=str)
def test_a_module_without_its_class_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match=r'package\.first .* one kind, with id = "first"'):
        create(define(*names, module="first"), Kind, "id")
