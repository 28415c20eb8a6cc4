"""The rules of `evibrief check`: one file for each topic, all listed in `registry`."""
