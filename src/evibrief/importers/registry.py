"""The programs whose files can be imported."""

from evibrief.importers.contract import Importer
from evibrief.importers.retraction_watch import RetractionWatch

IMPORTERS: tuple[Importer, ...] = (RetractionWatch(),)


def importer_named(name: str) -> Importer:
    """The importer of this name. Raises `LookupError` where there is none."""
    for one in IMPORTERS:
        if one.name == name:
            return one
    raise LookupError(name)
