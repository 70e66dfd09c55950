"""A strict base on the adaptivecards library: a misspelt, wrong or missing property is an error.

The library drops names that it does not know without a word and checks no list and no enumeration.
Must not know which elements there are, nor a View.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, ClassVar, NoReturn

import msgspec
from adaptivecards.baseobject import BareObject, PropertyType


class Property(PropertyType):
    """One property of a part: its JSON key, its type, and what else must hold.

    `one_of` lists the only words allowed. `each` names the classes that every item of a list must be.
    `needed` properties must be given when the part is made. `plain_kind`: the one type of which anything may
    stand here, so that there is nothing more to check; None where there is.
    """

    def __init__(
        self,
        key: str,
        kind: type,
        *,
        one_of: tuple[str, ...] = (),
        each: type | None = None,
        needed: bool = False,
    ) -> None:
        super().__init__(type=kind, key_name=key)
        self.plain_kind = kind if not one_of and each is None else None
        self.one_of = one_of
        self.each = each
        self.needed = needed

    def __get__(self, instance: Part | None, owner: type[Part]) -> Any:
        return self if instance is None else super().__get__(instance, owner)

    def __set__(self, instance: Part, value: object) -> None:
        self.check(instance, value)
        instance.set_data(self.key_name, value)

    def check(self, instance: Part, value: object) -> None:
        """Raise TypeError, naming the part, for a value that must not stand here."""
        if type(value) is not self.type:
            self._refuse(instance, self.type.__name__, value)
        if self.one_of and value not in self.one_of:
            self._refuse(instance, f"one of {', '.join(self.one_of)}", value)
        if (each := self.each) is not None and isinstance(value, list):
            for item in value:
                if not isinstance(item, each):
                    self._refuse(instance, f"a list of {each.__name__} only", item)

    def _refuse(self, instance: Part, wanted: str, value: object) -> NoReturn:
        raise TypeError(f"{type(instance).__name__}.{self.key_name} must be {wanted}, not {value!r}")


class Part(BareObject):
    """Base of everything in a card. Properties are given by name when it is made, or set later.

    A property given as None is left out. `kind` is the JSON `type`; empty for parts that have none.
    Raises TypeError for a name the class does not have (it lists those it has), for a wrong type or
    word, and for a needed property that is absent.
    """

    kind: ClassVar[str] = ""
    bare: ClassVar[dict[str, object]] = {}
    properties: ClassVar[Mapping[str, Property]] = {}
    needed: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, kind: str = "") -> None:
        super().__init_subclass__()
        cls.kind = kind
        cls.bare = {"type": kind} if kind else {}
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Property)}
        cls.properties = {**cls.properties, **own}
        cls.needed = tuple(value.key_name for value in cls.properties.values() if value.needed)

    def __init__(self, **given: object) -> None:
        # Straight into what the library keeps: a card is some twenty parts, and is made within a turn.
        data = self.bare.copy()
        self.__dict__["_data"] = data
        known = self.properties
        for name, value in given.items():
            try:
                rule = known[name]
            except KeyError:
                self._refuse(name)
            if type(value) is rule.plain_kind or value in rule.one_of:
                data[rule.key_name] = value
            elif value is not None:
                rule.check(self, value)
                data[rule.key_name] = value
        for key in self.needed:
            if key not in data:
                names = (name for name, rule in self.properties.items() if rule.needed)
                raise TypeError(f"{type(self).__name__} needs {', '.join(names)}")

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.properties:
            self._refuse(name)
        super().__setattr__(name, value)

    def _refuse(self, name: str) -> NoReturn:
        known = ", ".join(sorted(self.properties))
        raise TypeError(f"{type(self).__name__} has no property {name!r}. It has: {known}")


_held = attrgetter("_data")
"""What the library's own `render` hands out: the values of a part, with the parts within it as they are."""

_encode = msgspec.json.Encoder(enc_hook=_held).encode


def to_dict(part: Part) -> dict[str, Any]:
    """The part as plain dicts and lists, sharing nothing with it.

    This and `to_json` are the ways out of this module: the library's `render` alone hands out live objects,
    which the Bot Framework SDK would turn into strings. Raises AttributeError for a value no JSON can hold.
    """
    plain: dict[str, Any] = msgspec.to_builtins(part, enc_hook=_held)
    return plain


def to_json(part: Part) -> bytes:
    """The same as JSON, with no dicts made on the way."""
    return _encode(part)
