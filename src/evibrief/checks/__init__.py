"""The rules of `evibrief check`: one file per topic, all listed in `registry`."""
