"""JSON as an export: the computed view, for programs."""

from evibrief.exports.contract import Exported


class ViewAsJson:
    """One JSON file that keeps a published schema."""

    name = "json"
    label = "all records with everything that is computed, by a published JSON Schema"
    ending = ".json"

    def write(self, exported: Exported) -> bytes:
        """The view in UTF-8."""
        from evibrief.exports.view import view_as_json  # pydantic is slow to import

        return view_as_json(exported)
