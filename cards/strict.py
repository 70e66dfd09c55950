"""A strict base on the adaptivecards library: a misspelt, wrong or missing property is an error.

The library drops names that it does not know without a word and checks no list and no enumeration.
Must not know which elements there are, nor a View.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from adaptivecards.baseobject import BareObject, PropertyType


class Property(PropertyType):
    """One property of a part: its JSON key, its type, and what else must hold.

    `one_of` lists the only words allowed. `each` names the classes that every item of a list must be.
    `needed` properties must be given when the part is made.
    """

    def __init__(
        self,
        key: str,
        kind: type | tuple[type, ...],
        *,
        one_of: tuple[str, ...] = (),
        each: type | None = None,
        needed: bool = False,
    ) -> None:
        super().__init__(type=kind, key_name=key)
        self.one_of = one_of
        self.each = each
        self.needed = needed

    def __get__(self, instance: Part | None, owner: type[Part]) -> Any:
        return self if instance is None else super().__get__(instance, owner)

    def __set__(self, instance: Part, value: object) -> None:
        self._check(type(instance).__name__, value)
        super().__set__(instance, value)

    def _check(self, owner: str, value: object) -> None:
        """Raises TypeError for what the library would let through."""
        kinds = self.type if isinstance(self.type, tuple) else (self.type,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            names = " or ".join(kind.__name__ for kind in kinds)
            raise TypeError(f"{owner}.{self.key_name} must be {names}, not {value!r}")
        if self.one_of and value not in self.one_of:
            raise TypeError(f"{owner}.{self.key_name} must be one of {', '.join(self.one_of)}, not {value!r}")
        if self.each is not None and isinstance(value, list):
            for item in value:
                if not isinstance(item, self.each):
                    raise TypeError(
                        f"{owner}.{self.key_name} must hold only {self.each.__name__}, not {item!r}"
                    )


class Part(BareObject):
    """Base of everything in a card. Properties are given by name when it is made, or set later.

    A property given as None is left out. `kind` is the JSON `type`; empty for parts that have none.
    Raises TypeError for a name the class does not have (it lists those it has), for a wrong type or
    word, and for a needed property that is absent.
    """

    kind: ClassVar[str] = ""
    properties: ClassVar[Mapping[str, Property]] = {}
    needed: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, *, kind: str = "") -> None:
        super().__init_subclass__()
        cls.kind = kind
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Property)}
        cls.properties = {**cls.properties, **own}
        cls.needed = frozenset(name for name, value in cls.properties.items() if value.needed)

    def __init__(self, **given: object) -> None:
        super().__init__()
        if self.kind:
            self.set_data("type", self.kind)
        for name, wanted in given.items():
            if wanted is not None or name not in self.properties:
                setattr(self, name, wanted)
        missing = self.needed - {name for name, wanted in given.items() if wanted is not None}
        if missing:
            raise TypeError(f"{type(self).__name__} needs {', '.join(sorted(missing))}")

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.properties and name != "_data":
            known = ", ".join(sorted(self.properties))
            raise TypeError(f"{type(self).__name__} has no property {name!r}. It has: {known}")
        super().__setattr__(name, value)


def to_dict(part: Part) -> dict[str, Any]:
    """The part as plain dicts and lists, sharing nothing with it.

    The one way out of this module: the library's own `render` hands out live objects, which the
    Bot Framework SDK would turn into strings.
    """
    return {key: _plain(value) for key, value in part.render().items()}


def _plain(value: object) -> Any:
    if isinstance(value, Part):
        return to_dict(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
