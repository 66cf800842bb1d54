"""Frozen dataclasses to plain data (dict, list, str, int, float, bool, None) and back.

State, events and runbooks travel through the journal, the wire and the checkpoints in this form. Reading is
forward compatible: an unknown member is ignored, a missing one takes its default. It is strict otherwise: a
value of the wrong type raises ValueError with the path to it.

Supported: dataclasses, `tuple[T, ...]`, `tuple[A, B]`, `list[T]`, `dict[str, T]`, unions, `Literal`, enums
(by value), the JSON scalars and `Any`. Behind `Any` an array comes back as a tuple, since state is immutable.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union

T = TypeVar("T")
Reader = Callable[[Any, str], Any]
"""Takes the plain data and the path to it (for the message); returns the value or raises ValueError."""

SCALARS = frozenset({str, int, float, bool, type(None)})


def to_plain(value: Any) -> Any:
    """`value` as plain data that `json.dumps` accepts. Raises ValueError for what has no plain form."""
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind is tuple or kind is list:
        return [item if type(item) in SCALARS else to_plain(item) for item in value]
    if kind is dict:
        return {_name(key): to_plain(item) for key, item in value.items()}
    names = _field_names(typing.cast("Hashable", kind))
    if names is not None:
        return {name: to_plain(getattr(value, name)) for name in names}
    return _unusual(value)


def from_plain(target: type[T], data: Any) -> T:
    """A `target` made from plain data. Raises ValueError that names the path of the first misfit."""
    return typing.cast("T", _reader(typing.cast("Hashable", target))(data, target.__name__))


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise _misfit("a member's name", "text", key)
    return str(key)


@cache
def _field_names(kind: Hashable) -> tuple[str, ...] | None:
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        return None
    return tuple(field.name for field in dataclasses.fields(kind))


def _unusual(value: Any) -> Any:
    """Subclasses of the plain types, as what they are a subclass of."""
    if isinstance(value, Enum):
        return to_plain(value.value)
    for base in (str, int, float):
        if isinstance(value, base):
            return base(value)
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {_name(key): to_plain(item) for key, item in value.items()}
    raise ValueError(f"{type(value).__name__} has no plain form: {value!r}")


def _misfit(path: str, wanted: str, data: Any) -> ValueError:
    shown = repr(data)
    return ValueError(f"{path}: {wanted} is wanted, not {shown if len(shown) <= 60 else shown[:57] + '...'}")


@cache
def _reader(target: Any) -> Reader:
    """The function that reads a `target`; made once per type."""
    if target is Any or target is object:
        return _read_any
    if target in _SCALAR_READERS:
        return _SCALAR_READERS[target]
    origin = typing.get_origin(target)
    if origin is not None:
        return _generic_reader(origin, typing.get_args(target), target)
    if dataclasses.is_dataclass(target):
        return _dataclass_reader(typing.cast("type", target))
    if isinstance(target, type) and issubclass(target, Enum):
        return _enum_reader(target)
    if target in (tuple, list, dict):
        return _generic_reader(target, (), target)
    raise TypeError(f"{target!r} is no type that plain data can hold")


def _generic_reader(origin: Any, arguments: tuple[Any, ...], target: Any) -> Reader:
    if origin in (Union, types.UnionType):
        return _union_reader(arguments)
    if origin is Literal:
        return _literal_reader(arguments)
    if origin is tuple and arguments and arguments[-1] is not Ellipsis:
        return _fixed_tuple_reader(arguments)
    if origin in (tuple, list):
        return _sequence_reader(origin, arguments[0] if arguments else Any)
    if origin in (dict, Mapping):
        return _dict_reader(arguments[1] if arguments else Any)
    raise TypeError(f"{target!r} is no type that plain data can hold")


def _read_any(data: Any, path: str) -> Any:
    if isinstance(data, list | tuple):
        return tuple(_read_any(item, path) for item in data)
    if isinstance(data, dict):
        return {key: _read_any(item, path) for key, item in data.items()}
    return data


def _read_str(data: Any, path: str) -> Any:
    if isinstance(data, str):
        return data
    raise _misfit(path, "text", data)


def _read_int(data: Any, path: str) -> Any:
    if isinstance(data, int) and data is not True and data is not False:
        return data
    raise _misfit(path, "a whole number", data)


def _read_float(data: Any, path: str) -> Any:
    if isinstance(data, float):
        return data
    if isinstance(data, int) and data is not True and data is not False:
        return float(data)  # JSON written elsewhere may say 5 for 5.0
    raise _misfit(path, "a number", data)


def _read_bool(data: Any, path: str) -> Any:
    if data is True or data is False:
        return data
    raise _misfit(path, "true or false", data)


def _read_none(data: Any, path: str) -> Any:
    if data is None:
        return None
    raise _misfit(path, "null", data)


_SCALAR_READERS: dict[Any, Reader] = {
    str: _read_str,
    int: _read_int,
    float: _read_float,
    bool: _read_bool,
    type(None): _read_none,
    None: _read_none,
}


def _sequence_reader(make: Callable[[Any], Any], item_type: Any) -> Reader:
    read_item = _reader(item_type)

    def read(data: Any, path: str) -> Any:
        if not isinstance(data, list | tuple):
            raise _misfit(path, "an array", data)
        return make([read_item(item, f"{path}[{place}]") for place, item in enumerate(data)])

    return read


def _fixed_tuple_reader(item_types: tuple[Any, ...]) -> Reader:
    readers = tuple(_reader(item_type) for item_type in item_types)

    def read(data: Any, path: str) -> Any:
        if not isinstance(data, list | tuple) or len(data) != len(readers):
            raise _misfit(path, f"an array of {len(readers)}", data)
        return tuple(
            reader(item, f"{path}[{place}]")
            for place, (reader, item) in enumerate(zip(readers, data, strict=True))
        )

    return read


def _dict_reader(item_type: Any) -> Reader:
    read_item = _reader(item_type)

    def read(data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise _misfit(path, "an object", data)
        return {key: read_item(item, f"{path}.{key}") for key, item in data.items()}

    return read


def _literal_reader(allowed: tuple[Any, ...]) -> Reader:
    def read(data: Any, path: str) -> Any:
        for value in allowed:
            # 1 == True in Python, not in JSON.
            if data == value and type(data) is type(value):
                return value
        raise _misfit(path, "one of " + ", ".join(map(repr, allowed)), data)

    return read


def _enum_reader(kind: type[Enum]) -> Reader:
    def read(data: Any, path: str) -> Any:
        try:
            return kind(data)
        except ValueError:
            raise _misfit(path, "one of " + ", ".join(repr(each.value) for each in kind), data) from None

    return read


def _union_reader(members: tuple[Any, ...]) -> Reader:
    """The first member that accepts the data; int is tried before float, which would convert it."""
    optional = type(None) in members
    others = [member for member in members if member is not type(None)]
    others.sort(key=lambda member: member is float)
    readers = tuple(_reader(member) for member in others)

    def read(data: Any, path: str) -> Any:
        if data is None and optional:
            return None
        if len(readers) == 1:
            return readers[0](data, path)
        for reader in readers:
            try:
                return reader(data, path)
            except ValueError:
                continue
        wanted = " or ".join(getattr(member, "__name__", str(member)) for member in others)
        raise _misfit(path, wanted, data)

    return read


@dataclasses.dataclass(frozen=True, slots=True)
class _Member:
    name: str
    read: Reader
    required: bool


def _dataclass_reader(kind: type) -> Reader:
    # Made at the first use, so that a type may hold itself.
    members: list[_Member] = []

    def prepare() -> None:
        hints = typing.get_type_hints(kind)
        for field in dataclasses.fields(kind):
            missing = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            members.append(_Member(field.name, _reader(hints[field.name]), missing))

    def read(data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise _misfit(path, f"an object ({kind.__name__})", data)
        if not members:
            prepare()
        values = {}
        for member in members:
            if member.name in data:
                values[member.name] = member.read(data[member.name], f"{path}.{member.name}")
            elif member.required:
                raise ValueError(f"{path}.{member.name}: is missing")
        return kind(**values)

    return read
