"""stub"""
from dataclasses import dataclass
from typing import Literal
Kind = Literal["comment", "reply", "insertion", "deletion", "replacement", "move", "untracked"]
@dataclass(frozen=True)
class Remark:
    key: str
    kind: Kind
    author: str
    date: str
    text: str
    removed: str
    added: str
    quoted: str
    around: str
    resolved: bool
    answers: str
    place: Literal["paragraph", "table", "caption", "footnote", "endnote", "header", "footer"]
    records: tuple[str, ...]
    anchor: Literal["content control", "bookmark", "nearest heading", "none"]
    before: str
    after: str
@dataclass(frozen=True)
class Reviewed:
    name: str
    brief: str
    version: str
    evidence: str
    recipient: str
    remarks: tuple[Remark, ...]
    counted: int
